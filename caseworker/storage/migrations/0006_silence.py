"""Silence: alarms about clients gone quiet that somebody has set aside, and why.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text.
"""

SCRIPT = (
    "CREATE TABLE silence (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
    " client_id INTEGER NOT NULL REFERENCES client(id), since INTEGER NOT NULL, reason TEXT NOT NULL,"
    " note TEXT NOT NULL, until TEXT NOT NULL, recorded INTEGER NOT NULL,"
    " worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)",
    "CREATE INDEX silence_client ON silence (client_id, since)",
    # Ever graded high: the few from which those who are high now are picked, however many clients there are.
    "CREATE INDEX answer_set_high ON answer_set (client_id)"
    " WHERE grade = 'high' AND signed <> 0 AND withdrawn = 0",
    # The next step of a client, already in order.
    "CREATE INDEX action_open ON action (worker_id, due) WHERE done = 0",
)


def up(migrator, database):
    for statement in SCRIPT:
        database.execute_sql(statement)
