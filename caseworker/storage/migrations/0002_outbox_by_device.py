"""Numbers of returns belong to the installation that burnt them: a restored vault starts again at one.

Frozen: imports nothing of ours.
"""

SCRIPT = (
    "CREATE TABLE outbox_by_device (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " period TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, seq INTEGER, payload BLOB NOT NULL,"
    " wire BLOB, wire_hash BLOB, made INTEGER NOT NULL, approved INTEGER NOT NULL, approved_by TEXT NOT NULL,"
    " approvals TEXT NOT NULL, tried INTEGER NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL,"
    " reason TEXT NOT NULL, receipt BLOB, received INTEGER NOT NULL, device TEXT NOT NULL DEFAULT '',"
    " UNIQUE (device, seq))",
    "INSERT INTO outbox_by_device SELECT id, uid, kind, period, version, state, seq, payload, wire, wire_hash,"
    " made, approved, approved_by, approvals, tried, tries, next_try, reason, receipt, received,"
    " CASE WHEN seq IS NULL THEN '' ELSE (SELECT uid FROM device ORDER BY id DESC LIMIT 1) END FROM outbox",
    "DROP TABLE outbox",
    "ALTER TABLE outbox_by_device RENAME TO outbox",
    "CREATE TRIGGER outbox_wire_is_final BEFORE UPDATE OF wire, wire_hash, seq, device, payload ON outbox"
    " WHEN old.wire IS NOT NULL BEGIN SELECT RAISE(ABORT, 'sealed bytes never change'); END",
    "CREATE TRIGGER outbox_sealed_stays BEFORE DELETE ON outbox WHEN old.wire IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'sealed bytes never change'); END",
)


def up(migrator, database):
    for statement in SCRIPT:
        database.execute_sql(statement)
