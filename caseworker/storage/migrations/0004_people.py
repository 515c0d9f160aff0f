"""Several people in one vault, the contact cards of colleagues elsewhere, and holds that forbid erasing.

Frozen: imports nothing of ours. All times are epoch seconds (UTC), 0 for "not".
"""

STATEMENTS = (
    # when somebody was given a way in here, when it was taken away, and which colleagues (uids) that person saw at
    # the last opening
    "ALTER TABLE worker ADD COLUMN added INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE worker ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE worker ADD COLUMN met TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE colleague (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    organisation TEXT NOT NULL, sign_key TEXT NOT NULL UNIQUE, receive_key TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), verified INTEGER NOT NULL, verified_by INTEGER REFERENCES worker(id),
    changed INTEGER NOT NULL, withdrawn INTEGER NOT NULL)""",
    """CREATE TABLE hold (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id), reason TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)""",
    "CREATE INDEX hold_client ON hold (client_id, withdrawn)",
)


def up(migrator, database):
    for statement in STATEMENTS:
        database.execute_sql(statement)
