"""The support plan and what follows from needs: goals, onward referrals, the service map, feedback offered.

Frozen: imports nothing of ours. All times are epoch seconds (UTC); all dates are ISO text; every answer that may be
missing is a code, never NULL.
"""

SCRIPT = (
    "CREATE TABLE goal (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
    " client_id INTEGER NOT NULL REFERENCES client(id), text TEXT NOT NULL, need TEXT NOT NULL,"
    " own_words INTEGER NOT NULL, aim TEXT NOT NULL, due TEXT NOT NULL, status TEXT NOT NULL,"
    " episode_id INTEGER REFERENCES episode(id), recorded INTEGER NOT NULL,"
    " worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)",
    "CREATE INDEX goal_client ON goal (client_id)",
    "CREATE TABLE service (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " provider TEXT NOT NULL, areas TEXT NOT NULL, crimes TEXT NOT NULL, youngest INTEGER NOT NULL,"
    " oldest INTEGER NOT NULL, hours TEXT NOT NULL, how TEXT NOT NULL, wait TEXT NOT NULL, checked TEXT NOT NULL,"
    " note TEXT NOT NULL, ended TEXT NOT NULL, recorded INTEGER NOT NULL,"
    " worker_id INTEGER REFERENCES worker(id))",
    "CREATE TABLE onward_referral (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
    " client_id INTEGER NOT NULL REFERENCES client(id), service_id INTEGER REFERENCES service(id),"
    " service_type TEXT NOT NULL, need TEXT NOT NULL, consent TEXT NOT NULL, override_reason TEXT NOT NULL,"
    " sent TEXT NOT NULL, accepted TEXT NOT NULL, started TEXT NOT NULL, refused TEXT NOT NULL,"
    " reason TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),"
    " recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)",
    "CREATE INDEX onward_referral_client ON onward_referral (client_id)",
    "CREATE TABLE feedback_offer (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
    " client_id INTEGER NOT NULL REFERENCES client(id), offered TEXT NOT NULL, stage TEXT NOT NULL,"
    " answer TEXT NOT NULL, note TEXT NOT NULL, episode_id INTEGER REFERENCES episode(id),"
    " recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id), withdrawn INTEGER NOT NULL)",
    "CREATE INDEX feedback_offer_client ON feedback_offer (client_id)",
    "ALTER TABLE action ADD COLUMN kind TEXT NOT NULL DEFAULT 'NA-ASK'",
    "ALTER TABLE action ADD COLUMN agency TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE action ADD COLUMN goal_id INTEGER REFERENCES goal(id)",
)


def up(migrator, database):
    for statement in SCRIPT:
        database.execute_sql(statement)
