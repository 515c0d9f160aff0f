"""The people around a client, safeguarding decisions, and the safety plan.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text; every answer that may be
missing is a code, never NULL.
"""

TABLES = """
CREATE TABLE child (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), name TEXT NOT NULL, unborn INTEGER NOT NULL, due TEXT NOT NULL,
    born TEXT NOT NULL, age_estimate INTEGER, sex TEXT NOT NULL, relationship TEXT NOT NULL, lives_with TEXT NOT NULL,
    school TEXT NOT NULL, social_care TEXT NOT NULL, social_worker TEXT NOT NULL, own_referral TEXT NOT NULL,
    own_client_id INTEGER REFERENCES client(id), sees_abuse TEXT NOT NULL, at_risk TEXT NOT NULL, reach TEXT NOT NULL,
    reach_through TEXT NOT NULL, reach_where TEXT NOT NULL, never_told TEXT NOT NULL, parent_access TEXT NOT NULL,
    access_reason TEXT NOT NULL, note TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE perpetrator (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), name TEXT NOT NULL, born TEXT NOT NULL, age_estimate INTEGER,
    sex TEXT NOT NULL, age_said TEXT NOT NULL, relationship TEXT NOT NULL, relationship_said TEXT NOT NULL,
    lives_with TEXT NOT NULL, lives_with_said TEXT NOT NULL, weapons TEXT NOT NULL, weapons_words TEXT NOT NULL,
    weapons_said TEXT NOT NULL, occupation TEXT NOT NULL, occupation_risk TEXT NOT NULL, occupation_said TEXT NOT NULL,
    orders TEXT NOT NULL, orders_said TEXT NOT NULL, convicted TEXT NOT NULL, convicted_of TEXT NOT NULL,
    convicted_said TEXT NOT NULL, known_here TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE professional (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), name TEXT NOT NULL, role TEXT NOT NULL,
    organisation TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL, safe_to_ring TEXT NOT NULL,
    agreed TEXT NOT NULL, may_be_told TEXT NOT NULL, note TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE safeguarding (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), about TEXT NOT NULL, child_id INTEGER REFERENCES child(id),
    person TEXT NOT NULL, concern TEXT NOT NULL, decided INTEGER NOT NULL, decision TEXT NOT NULL,
    threshold TEXT NOT NULL, consent TEXT NOT NULL, override_reason TEXT NOT NULL, sent_to TEXT NOT NULL,
    sent INTEGER NOT NULL, reviewed INTEGER NOT NULL, reviewed_by TEXT NOT NULL, review_note TEXT NOT NULL,
    told TEXT NOT NULL, not_told TEXT NOT NULL, outcome TEXT NOT NULL, outcome_on TEXT NOT NULL,
    outcome_words TEXT NOT NULL, recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id),
    withdrawn INTEGER NOT NULL);
CREATE TABLE safeguarding_check (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), contact_id INTEGER NOT NULL REFERENCES contact(id),
    safeguarding_id INTEGER NOT NULL REFERENCES safeguarding(id), answer TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE safety_item (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), kind TEXT NOT NULL, text TEXT NOT NULL, hers INTEGER NOT NULL,
    owner TEXT NOT NULL, agreed TEXT NOT NULL, agreed_on TEXT NOT NULL, review_by TEXT NOT NULL,
    disguise TEXT NOT NULL, recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id),
    withdrawn INTEGER NOT NULL);
"""

INDEXES = """
CREATE INDEX child_client ON child (client_id);
CREATE INDEX child_own ON child (own_client_id) WHERE own_client_id IS NOT NULL;
CREATE INDEX perpetrator_client ON perpetrator (client_id);
CREATE INDEX professional_client ON professional (client_id);
CREATE INDEX safeguarding_client ON safeguarding (client_id, decided);
CREATE INDEX safeguarding_open ON safeguarding (decided) WHERE withdrawn = 0
    AND (decision NOT IN ('REF', 'NOR', 'KNO', 'CON') OR (decision = 'CON' AND reviewed = 0)
    OR (decision = 'REF' AND (sent = 0 OR outcome = 'NA-ASK' OR (consent <> 'yes' AND reviewed = 0))));
CREATE INDEX safeguarding_check_contact ON safeguarding_check (contact_id);
CREATE INDEX safety_item_client ON safety_item (client_id);
"""

# A decision may be amended, with its history; it is never removed, nor is the word that closed a contact.
GUARDS = """
CREATE TRIGGER safeguarding_is_kept BEFORE DELETE ON safeguarding
    BEGIN SELECT RAISE(ABORT, 'safeguarding decisions are kept'); END;
CREATE TRIGGER safeguarding_check_stays BEFORE UPDATE ON safeguarding_check
    BEGIN SELECT RAISE(ABORT, 'what closed a contact stays'); END;
CREATE TRIGGER safeguarding_check_is_kept BEFORE DELETE ON safeguarding_check
    BEGIN SELECT RAISE(ABORT, 'what closed a contact stays'); END;
"""


def statements(script):
    """The single statements of a script: a trigger runs to its END."""
    found, inside = [], ""
    for line in script.splitlines(keepends=True):
        inside += line
        text = inside.strip()
        whole = text.endswith("END;") if text.upper().startswith("CREATE TRIGGER") else text.endswith(";")
        if whole:
            found.append(text)
            inside = ""
    return found


def up(migrator, database):
    for script in (TABLES, INDEXES, GUARDS):
        for statement in statements(script):
            database.execute_sql(statement)
