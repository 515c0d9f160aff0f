"""Instruments: what was asked, what was answered and signed, what happened, and what went to MARAC.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text; every answer that may be
missing is a code, never NULL.
"""

TABLES = """
CREATE TABLE instrument (digest TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
    kept INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE answer_set (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), episode_id INTEGER REFERENCES episode(id),
    instrument TEXT NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL REFERENCES instrument(digest),
    stage TEXT NOT NULL, started INTEGER NOT NULL, area TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), signed INTEGER NOT NULL, signature BLOB NOT NULL, totals TEXT NOT NULL,
    tool_grade TEXT NOT NULL, grade TEXT NOT NULL, judgement TEXT NOT NULL, reason TEXT NOT NULL,
    next_review TEXT NOT NULL, withdrawn INTEGER NOT NULL);
CREATE TABLE answer (id INTEGER PRIMARY KEY, answer_set_id INTEGER NOT NULL REFERENCES answer_set(id),
    item TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, UNIQUE (answer_set_id, item));
CREATE TABLE incident (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), happened TEXT NOT NULL, kind TEXT NOT NULL, crime TEXT NOT NULL,
    reported TEXT NOT NULL, by_whom TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),
    recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
CREATE TABLE marac_referral (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), episode_id INTEGER REFERENCES episode(id),
    answer_set_id INTEGER REFERENCES answer_set(id), area TEXT NOT NULL, criteria TEXT NOT NULL,
    incident_on TEXT NOT NULL, perpetrator TEXT NOT NULL, is_repeat INTEGER NOT NULL, last_referred TEXT NOT NULL,
    victim_aware TEXT NOT NULL, consent TEXT NOT NULL, override_reason TEXT NOT NULL, wants_police TEXT NOT NULL,
    police_reason TEXT NOT NULL, wishes TEXT NOT NULL, referred_elsewhere TEXT NOT NULL, safe_to_reach TEXT NOT NULL,
    language TEXT NOT NULL, interpreter TEXT NOT NULL, landlord TEXT NOT NULL, occupation TEXT NOT NULL,
    gp TEXT NOT NULL, pregnancy TEXT NOT NULL, diversity TEXT NOT NULL, manager TEXT NOT NULL,
    signed_off TEXT NOT NULL, sent TEXT NOT NULL, heard TEXT NOT NULL, outcome TEXT NOT NULL, told TEXT NOT NULL,
    recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL);
"""

INDEXES = """
CREATE INDEX answer_set_client ON answer_set (client_id, started);
CREATE INDEX answer_set_open ON answer_set (worker_id, recorded) WHERE signed = 0 AND withdrawn = 0;
CREATE INDEX answer_set_grade ON answer_set (client_id, started, signed, grade, withdrawn) WHERE grade <> '';
CREATE INDEX incident_client ON incident (client_id, happened);
CREATE INDEX marac_client ON marac_referral (client_id, sent);
CREATE INDEX marac_open ON marac_referral (sent) WHERE withdrawn = 0 AND told = '';
"""

# What was signed stays as it was signed. Withdrawing only marks it.
GUARDS = """
CREATE TRIGGER instrument_stays BEFORE UPDATE ON instrument
    BEGIN SELECT RAISE(ABORT, 'definitions never change'); END;
CREATE TRIGGER instrument_is_kept BEFORE DELETE ON instrument
    BEGIN SELECT RAISE(ABORT, 'definitions never change'); END;
CREATE TRIGGER answer_set_stays BEFORE UPDATE OF id, uid, client_id, episode_id, instrument, version, definition, stage,
    started, area, recorded, worker_id, signed, signature, totals, tool_grade, grade, judgement, reason, next_review
    ON answer_set WHEN old.signed <> 0
    BEGIN SELECT RAISE(ABORT, 'signed answers never change'); END;
CREATE TRIGGER answer_set_is_kept BEFORE DELETE ON answer_set WHEN old.signed <> 0
    BEGIN SELECT RAISE(ABORT, 'signed answers never change'); END;
CREATE TRIGGER answer_is_whole BEFORE INSERT ON answer
    WHEN (SELECT signed FROM answer_set WHERE id = new.answer_set_id) <> 0
    BEGIN SELECT RAISE(ABORT, 'signed answers never change'); END;
CREATE TRIGGER answer_stays BEFORE UPDATE ON answer
    WHEN EXISTS (SELECT 1 FROM answer_set WHERE id IN (old.answer_set_id, new.answer_set_id) AND signed <> 0)
    BEGIN SELECT RAISE(ABORT, 'signed answers never change'); END;
CREATE TRIGGER answer_is_kept BEFORE DELETE ON answer
    WHEN (SELECT signed FROM answer_set WHERE id = old.answer_set_id) <> 0
    BEGIN SELECT RAISE(ABORT, 'signed answers never change'); END;
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
