"""The first vault: casework, its history, the audit chain and what has been sent.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text; every answer that may be
missing is a code, never NULL.
"""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE worker (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
    sign_key BLOB NOT NULL, receive_key BLOB NOT NULL, active INTEGER NOT NULL DEFAULT 1);
CREATE TABLE device (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, sign_private BLOB NOT NULL,
    sign_public BLOB NOT NULL, made INTEGER NOT NULL);
CREATE TABLE client (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, reference TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, is_alias INTEGER NOT NULL, known_as TEXT NOT NULL, born TEXT NOT NULL, age_estimate INTEGER,
    sex TEXT NOT NULL, area TEXT NOT NULL, language TEXT NOT NULL, interpreter TEXT NOT NULL, ethnicity TEXT NOT NULL,
    disability TEXT NOT NULL, orientation TEXT NOT NULL, religion TEXT NOT NULL, gender_same TEXT NOT NULL,
    totals_only INTEGER NOT NULL, made INTEGER NOT NULL);
CREATE TABLE safe_contact (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client(id),
    channel TEXT NOT NULL, allowed TEXT NOT NULL, value TEXT NOT NULL, whose TEXT NOT NULL, hours TEXT NOT NULL,
    voicemail TEXT NOT NULL, who_may_answer TEXT NOT NULL, say_as TEXT NOT NULL, code_word TEXT NOT NULL,
    note TEXT NOT NULL, source TEXT NOT NULL, review_by TEXT NOT NULL, UNIQUE (client_id, channel));
CREATE TABLE referral (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, client_id INTEGER REFERENCES client(id),
    received INTEGER NOT NULL, source TEXT NOT NULL, route TEXT NOT NULL, crime TEXT NOT NULL, area TEXT NOT NULL,
    victim_aware TEXT NOT NULL, consent_to_contact TEXT NOT NULL, referrer_risk TEXT NOT NULL,
    police_ref TEXT NOT NULL, outcome TEXT NOT NULL, outcome_on TEXT NOT NULL, decline_reason TEXT NOT NULL);
CREATE TABLE episode (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, client_id INTEGER NOT NULL REFERENCES client(id),
    referral_id INTEGER REFERENCES referral(id), started TEXT NOT NULL, service TEXT NOT NULL,
    worker_id INTEGER REFERENCES worker(id), level TEXT NOT NULL, victim_type TEXT NOT NULL, crime TEXT NOT NULL,
    da_context TEXT NOT NULL, online TEXT NOT NULL, hate TEXT NOT NULL, reported TEXT NOT NULL, age_at_start INTEGER,
    consent_to_support TEXT NOT NULL, assessed_on TEXT NOT NULL, closed TEXT NOT NULL, closure_reason TEXT NOT NULL);
CREATE TABLE contact (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, client_id INTEGER REFERENCES client(id),
    episode_id INTEGER REFERENCES episode(id), at INTEGER NOT NULL, kind TEXT NOT NULL, method TEXT NOT NULL,
    outcome TEXT NOT NULL, direction TEXT NOT NULL, minutes INTEGER NOT NULL, travel_minutes INTEGER NOT NULL,
    waiting_minutes INTEGER NOT NULL, present TEXT NOT NULL, interpreter TEXT NOT NULL, safe_checked INTEGER NOT NULL,
    override_reason TEXT NOT NULL, category TEXT NOT NULL, note TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), amended INTEGER NOT NULL, withdrawn INTEGER NOT NULL);
CREATE TABLE action (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, client_id INTEGER NOT NULL REFERENCES client(id),
    text TEXT NOT NULL, due TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),
    contact_id INTEGER REFERENCES contact(id), worker_id INTEGER REFERENCES worker(id), done INTEGER NOT NULL,
    result TEXT NOT NULL);
CREATE TABLE draft (key TEXT PRIMARY KEY, fields TEXT NOT NULL, kept INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE revision (id INTEGER PRIMARY KEY, noun TEXT NOT NULL, row_id INTEGER NOT NULL, client_id INTEGER,
    field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, why TEXT NOT NULL, audit_seq INTEGER NOT NULL);
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, worker TEXT NOT NULL, device TEXT NOT NULL,
    action TEXT NOT NULL, noun TEXT NOT NULL, row_id INTEGER NOT NULL, client_id INTEGER, detail TEXT NOT NULL,
    salt BLOB, content BLOB NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE checkpoint (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, generation INTEGER NOT NULL,
    worker TEXT NOT NULL, signature BLOB NOT NULL, at INTEGER NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pin (name TEXT PRIMARY KEY, value BLOB NOT NULL, pinned INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE frozen_return (id INTEGER PRIMARY KEY, period TEXT NOT NULL, version INTEGER NOT NULL, plan TEXT NOT NULL,
    counted TEXT NOT NULL, payload BLOB NOT NULL, made INTEGER NOT NULL, UNIQUE (period, version));
CREATE TABLE outbox (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, period TEXT NOT NULL,
    version INTEGER NOT NULL, state TEXT NOT NULL, seq INTEGER UNIQUE, payload BLOB NOT NULL, wire BLOB,
    wire_hash BLOB, made INTEGER NOT NULL, approved INTEGER NOT NULL, approved_by TEXT NOT NULL, approvals TEXT NOT NULL,
    tried INTEGER NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL, reason TEXT NOT NULL, receipt BLOB,
    received INTEGER NOT NULL);
"""

INDEXES = """
CREATE INDEX client_totals_only ON client (id) WHERE totals_only != 0;
CREATE INDEX client_place ON client (id, area, totals_only);
CREATE INDEX contact_period ON contact (at, client_id, episode_id, kind, method, outcome, minutes, travel_minutes,
    withdrawn);
CREATE INDEX contact_client ON contact (client_id, at, withdrawn, kind, outcome, method);
CREATE INDEX contact_episode ON contact (episode_id, at, kind, method, outcome, withdrawn);
CREATE INDEX referral_received ON referral (received);
CREATE INDEX referral_client ON referral (client_id, received);
CREATE INDEX episode_client ON episode (client_id, started);
CREATE INDEX episode_period ON episode (closed, started, client_id, closure_reason, crime, da_context, online, hate,
    age_at_start, consent_to_support, assessed_on);
CREATE INDEX episode_open ON episode (client_id, worker_id) WHERE closed = '';
CREATE INDEX client_name ON client (name COLLATE NOCASE);
CREATE INDEX action_due ON action (done, due);
CREATE INDEX action_client ON action (client_id, due);
CREATE INDEX revision_row ON revision (noun, row_id);
CREATE INDEX revision_client ON revision (client_id);
CREATE INDEX revision_audit ON revision (audit_seq);
CREATE INDEX audit_client ON audit (client_id, seq);
"""

# The words people look for, inside the encrypted file. Names and references only: notes are never in a search list
# (ux.md 2.2: graphic notes are not shown in lists or search results).
SEARCH = """
CREATE VIRTUAL TABLE client_search USING fts5 (name, known_as, reference, content='client', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2", prefix='1 2 3');
INSERT INTO client_search (client_search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER client_search_insert AFTER INSERT ON client BEGIN
    INSERT INTO client_search (rowid, name, known_as, reference) VALUES (new.id, new.name, new.known_as, new.reference);
END;
CREATE TRIGGER client_search_update AFTER UPDATE OF name, known_as, reference ON client BEGIN
    INSERT INTO client_search (client_search, rowid, name, known_as, reference)
        VALUES ('delete', old.id, old.name, old.known_as, old.reference);
    INSERT INTO client_search (rowid, name, known_as, reference) VALUES (new.id, new.name, new.known_as, new.reference);
END;
CREATE TRIGGER client_search_delete AFTER DELETE ON client BEGIN
    INSERT INTO client_search (client_search, rowid, name, known_as, reference)
        VALUES ('delete', old.id, old.name, old.known_as, old.reference);
END;
"""

# The chain is append-only. The one change allowed is an erasure: content goes, its hash and the chain stay
# (design: the chain holds H(salt | content), the salt living in the erasable row).
GUARDS = """
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END;
CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit
    WHEN NOT (new.salt IS NULL AND new.detail = 'erased' AND new.seq = old.seq AND new.at = old.at
        AND new.worker = old.worker AND new.device = old.device AND new.action = old.action AND new.noun = old.noun
        AND new.row_id = old.row_id AND new.content = old.content AND new.prev = old.prev AND new.hash = old.hash)
    BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END;
CREATE TRIGGER outbox_wire_is_final BEFORE UPDATE OF wire, wire_hash, seq, payload ON outbox WHEN old.wire IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'sealed bytes never change'); END;
CREATE TRIGGER outbox_sealed_stays BEFORE DELETE ON outbox WHEN old.wire IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'sealed bytes never change'); END;
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
    for script in (TABLES, INDEXES, SEARCH, GUARDS):
        for statement in statements(script):
            database.execute_sql(statement)
