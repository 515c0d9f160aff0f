"""What a MARAC meeting asked agencies to do.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text.
"""

STATEMENTS = (
    """CREATE TABLE marac_action (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
    client_id INTEGER NOT NULL REFERENCES client(id),
    marac_referral_id INTEGER NOT NULL REFERENCES marac_referral(id), agency TEXT NOT NULL, action TEXT NOT NULL,
    due TEXT NOT NULL, done TEXT NOT NULL, effect TEXT NOT NULL, recorded INTEGER NOT NULL,
    worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)""",
    "CREATE INDEX marac_action_client ON marac_action (client_id)",
    "CREATE INDEX marac_action_open ON marac_action (due) WHERE done = '' AND withdrawn = 0",
)


def up(migrator, database):
    for statement in STATEMENTS:
        database.execute_sql(statement)
