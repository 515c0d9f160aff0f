"""Every table of the vault on one page. Rows stay inside storage: functions hand out domain objects.

The columns' meaning is written beside the dataclasses of ``caseworker.domain``; the shape on disk is made by the
numbered scripts in ``migrations/`` and a test holds the two together.
"""

from __future__ import annotations

from peewee import AutoField, BlobField, CharField, CompositeKey, IntegerField, Model, TextField

from caseworker.storage.engine import database


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


class Meta(Table):
    key = CharField(primary_key=True)
    value = TextField()

    class Meta:
        without_rowid = True
