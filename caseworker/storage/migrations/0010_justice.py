"""Justice, consents and exit facts: stages, chases, special measures, orders, rights, claims, decisions, endings.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text; every answer that may be
missing is a code, never NULL.
"""

TABLES = """
CREATE TABLE justice_event (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), stage TEXT NOT NULL, happened TEXT NOT NULL, place TEXT NOT NULL,
    detail TEXT NOT NULL, next_on TEXT NOT NULL, told TEXT NOT NULL, officer TEXT NOT NULL, police_ref TEXT NOT NULL,
    at_stage TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id), recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE chase (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), happened TEXT NOT NULL, whom TEXT NOT NULL, answer TEXT NOT NULL,
    note TEXT NOT NULL, next_on TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id), recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE special_measure (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), measure TEXT NOT NULL, explained TEXT NOT NULL,
    wanted TEXT NOT NULL, requested TEXT NOT NULL, requested_on TEXT NOT NULL, requested_by TEXT NOT NULL,
    decision TEXT NOT NULL, given TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),
    recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL,
    UNIQUE (client_id, measure));
CREATE TABLE court_order (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), kind TEXT NOT NULL, applied TEXT NOT NULL, granted TEXT NOT NULL,
    refused TEXT NOT NULL, breached TEXT NOT NULL, expires TEXT NOT NULL, court TEXT NOT NULL, against TEXT NOT NULL,
    terms TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id), recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE code_right (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), right TEXT NOT NULL, status TEXT NOT NULL, happened TEXT NOT NULL,
    evidence TEXT NOT NULL, breach TEXT NOT NULL, escalated TEXT NOT NULL, escalated_to TEXT NOT NULL,
    episode_id INTEGER REFERENCES episode(id), recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id),
    withdrawn INTEGER NOT NULL, UNIQUE (client_id, right));
CREATE TABLE claim (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), incident_on TEXT NOT NULL, step TEXT NOT NULL,
    applied TEXT NOT NULL, reference TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),
    recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE consent (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), decided TEXT NOT NULL, purpose TEXT NOT NULL,
    recipient TEXT NOT NULL, decision TEXT NOT NULL, recipient_name TEXT NOT NULL, scope TEXT NOT NULL,
    how TEXT NOT NULL, by_whom TEXT NOT NULL, capacity TEXT NOT NULL, capacity_note TEXT NOT NULL, told TEXT NOT NULL,
    expires TEXT NOT NULL, reason TEXT NOT NULL, ends_id INTEGER REFERENCES consent(id),
    episode_id INTEGER REFERENCES episode(id), reviewed INTEGER NOT NULL, reviewed_by TEXT NOT NULL,
    review_view TEXT NOT NULL, review_note TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE exit_facts (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), episode_id INTEGER NOT NULL UNIQUE REFERENCES episode(id),
    closed TEXT NOT NULL, abuse TEXT NOT NULL, lived_at_start TEXT NOT NULL, lived_at_end TEXT NOT NULL,
    risk_at_start TEXT NOT NULL, risk_at_end TEXT NOT NULL, further_incident TEXT NOT NULL, last_contact TEXT NOT NULL,
    open_ends TEXT NOT NULL, note TEXT NOT NULL, recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id),
    withdrawn INTEGER NOT NULL);
"""

INDEXES = """
CREATE INDEX justice_event_client ON justice_event (client_id, happened);
CREATE INDEX justice_event_next ON justice_event (next_on) WHERE next_on <> '' AND withdrawn = 0;
CREATE INDEX justice_event_stage ON justice_event (stage, happened, client_id) WHERE withdrawn = 0;
CREATE INDEX chase_client ON chase (client_id, happened);
CREATE INDEX chase_next ON chase (next_on) WHERE next_on <> '' AND withdrawn = 0;
CREATE INDEX court_order_client ON court_order (client_id, granted);
CREATE INDEX court_order_ends ON court_order (expires) WHERE expires <> '' AND withdrawn = 0;
CREATE INDEX claim_client ON claim (client_id, incident_on);
CREATE INDEX claim_open ON claim (incident_on) WHERE step = 'considering' AND withdrawn = 0;
CREATE INDEX incident_happened ON incident (happened, kind, client_id) WHERE withdrawn = 0;
CREATE INDEX consent_client ON consent (client_id, decided);
CREATE INDEX consent_waits ON consent (recorded) WHERE decision = 'override' AND reviewed = 0 AND withdrawn = 0;
CREATE INDEX consent_ends ON consent (expires) WHERE expires <> '' AND withdrawn = 0;
CREATE INDEX exit_facts_client ON exit_facts (client_id, closed);
"""

# A decision stays as it was made: taking it back is another one. Only that it was recorded by mistake, and once what
# a manager found, is added.
GUARDS = """
CREATE TRIGGER consent_stays BEFORE UPDATE OF id, uid, client_id, decided, purpose, recipient, decision, recipient_name,
    scope, how, by_whom, capacity, capacity_note, told, expires, reason, ends_id, episode_id, recorded, worker_id
    ON consent
    BEGIN SELECT RAISE(ABORT, 'a decision about consent never changes'); END;
CREATE TRIGGER consent_is_reviewed_once BEFORE UPDATE OF reviewed, reviewed_by, review_view, review_note ON consent
    WHEN old.reviewed <> 0
    BEGIN SELECT RAISE(ABORT, 'a decision about consent never changes'); END;
CREATE TRIGGER consent_is_kept BEFORE DELETE ON consent
    BEGIN SELECT RAISE(ABORT, 'a decision about consent never changes'); END;
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
