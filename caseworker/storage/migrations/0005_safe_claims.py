"""Changes to a safe contact that could not be checked wait beside it.

Frozen: imports nothing of ours.
"""

SCRIPT = (
    "ALTER TABLE safe_contact ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE safe_claim (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client(id),"
    " channel TEXT NOT NULL, said TEXT NOT NULL, reason TEXT NOT NULL, recorded INTEGER NOT NULL,"
    " worker_id INTEGER REFERENCES worker(id), settled INTEGER NOT NULL, outcome TEXT NOT NULL)",
    "CREATE INDEX safe_claim_open ON safe_claim (client_id, id) WHERE settled = 0",
)


def up(migrator, database):
    for statement in SCRIPT:
        database.execute_sql(statement)
