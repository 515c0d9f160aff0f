"""The list of documents about a client.

Frozen: imports nothing of ours.
"""


def up(migrator, database):
    database.execute_sql(
        "CREATE TABLE document (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
        " client_id INTEGER NOT NULL REFERENCES client(id), kind TEXT NOT NULL, title TEXT NOT NULL,"
        " dated TEXT NOT NULL, made_here INTEGER NOT NULL, recipient TEXT NOT NULL, kept TEXT NOT NULL,"
        " digest TEXT NOT NULL, recorded INTEGER NOT NULL, worker_id INTEGER REFERENCES worker(id),"
        " withdrawn INTEGER NOT NULL)"
    )
    database.execute_sql("CREATE INDEX document_client ON document (client_id, recorded)")
