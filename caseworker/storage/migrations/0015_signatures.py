"""Notes are signed by their author a day after they were typed; each later version by whoever amended it.

Frozen: imports nothing of ours.
"""

SCRIPT = (
    "ALTER TABLE contact ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE contact_signature (id INTEGER PRIMARY KEY,"
    " contact_id INTEGER NOT NULL REFERENCES contact(id), version INTEGER NOT NULL, digest BLOB NOT NULL,"
    " worker_id INTEGER NOT NULL REFERENCES worker(id), at INTEGER NOT NULL, signature BLOB NOT NULL,"
    " audit_seq INTEGER NOT NULL, UNIQUE (contact_id, version))",
    "CREATE INDEX contact_unsealed ON contact (worker_id, recorded) WHERE sealed = 0",
    "CREATE INDEX contact_signature_entry ON contact_signature (audit_seq)",
    "CREATE TRIGGER contact_signature_stays BEFORE UPDATE ON contact_signature"
    " BEGIN SELECT RAISE(ABORT, 'signatures never change'); END",
    "CREATE TRIGGER contact_signature_is_kept BEFORE DELETE ON contact_signature"
    " BEGIN SELECT RAISE(ABORT, 'signatures never change'); END",
)


def up(migrator, database):
    for statement in SCRIPT:
        database.execute_sql(statement)
