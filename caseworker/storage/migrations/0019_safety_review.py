"""The days on which safety plans are looked at again, found without reading every plan.

Frozen: imports nothing of ours.
"""


def up(migrator, database):
    database.execute_sql(
        "CREATE INDEX safety_item_review ON safety_item (review_by, client_id)"
        " WHERE withdrawn = 0 AND review_by <> ''"
    )
