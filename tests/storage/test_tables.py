"""The page of tables and the scripts that make them say the same."""

from __future__ import annotations

import dataclasses

import pytest

from caseworker.domain.actions import Action
from caseworker.domain.chases import Chase
from caseworker.domain.children import Child
from caseworker.domain.clients import Client
from caseworker.domain.code_rights import CodeRight
from caseworker.domain.colleagues import Colleague
from caseworker.domain.compensation import Claim
from caseworker.domain.consents import Consent
from caseworker.domain.contacts import Contact
from caseworker.domain.documents import Document
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit
from caseworker.domain.feedback import FeedbackOffer
from caseworker.domain.goals import Goal
from caseworker.domain.holds import Hold
from caseworker.domain.incidents import Incident
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.justice_events import JusticeEvent
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.orders import Order
from caseworker.domain.perpetrators import Perpetrator
from caseworker.domain.professionals import Professional
from caseworker.domain.referrals import Referral
from caseworker.domain.safe_claims import SafeClaim
from caseworker.domain.safe_contacts import SafeContact
from caseworker.domain.safeguarding import Check, Safeguarding
from caseworker.domain.safety_plan import SafetyItem
from caseworker.domain.services import Service
from caseworker.domain.silence import Aside
from caseworker.domain.special_measures import SpecialMeasure
from caseworker.storage import tables
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import OpenVault

OF_OTHERS = {"schema_migration"}  # the migration runner's own
RECORDS = {
    "client": Client,
    "safe_contact": SafeContact,
    "safe_claim": SafeClaim,
    "referral": Referral,
    "episode": Episode,
    "contact": Contact,
    "action": Action,
    "justice_event": JusticeEvent,
    "chase": Chase,
    "special_measure": SpecialMeasure,
    "court_order": Order,
    "code_right": CodeRight,
    "claim": Claim,
    "consent": Consent,
    "exit_facts": Exit,
    "answer_set": AnswerSet,
    "incident": Incident,
    "marac_referral": MaracReferral,
    "hold": Hold,
    "colleague": Colleague,
    "marac_action": MaracAction,
    "silence": Aside,
    "goal": Goal,
    "service": Service,
    "onward_referral": OnwardReferral,
    "feedback_offer": FeedbackOffer,
    "document": Document,
    "child": Child,
    "perpetrator": Perpetrator,
    "professional": Professional,
    "safeguarding": Safeguarding,
    "safeguarding_check": Check,
    "safety_item": SafetyItem,
}


def test_every_table_on_disk_is_on_the_page_and_the_other_way_round(vault: OpenVault) -> None:
    on_disk = {
        name
        for (name,) in fetch(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " AND name NOT LIKE 'client_search%'"
        )
    }
    assert on_disk - OF_OTHERS == {table._meta.table_name for table in tables.TABLES}  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.__name__)
def test_columns_agree_in_name_kind_and_whether_they_may_be_empty(
    vault: OpenVault, table: type[tables.Table]
) -> None:
    kinds = {"TEXT": "TEXT", "INT": "INTEGER", "BLOB": "BLOB", "AUTO": "INTEGER"}
    said = {
        field.column_name: (kinds[field.field_type], bool(field.null), field.primary_key)
        for field in table._meta.sorted_fields  # type: ignore[attr-defined]
    }
    found = {
        name: (kind, not needed and not key, bool(key))
        for _, name, kind, needed, _, key in fetch(f"PRAGMA table_info({table._meta.table_name})")  # type: ignore[attr-defined]
    }
    assert found == said


@pytest.mark.parametrize("table", sorted(RECORDS))
def test_every_record_fits_its_table_exactly(vault: OpenVault, table: str) -> None:
    columns = [row[1] for row in fetch(f"PRAGMA table_info({table})")]
    assert sorted(columns) == sorted(field.name for field in dataclasses.fields(RECORDS[table]))


def test_an_answer_can_never_be_null_except_where_nothing_is_the_answer(vault: OpenVault) -> None:
    may_be_null = {
        (table, row[1])
        for table in RECORDS
        for row in fetch(f"PRAGMA table_info({table})")
        if not row[3] and not row[5]
    }
    assert may_be_null == {
        ("safe_claim", "worker_id"),
        ("client", "age_estimate"), ("referral", "client_id"), ("episode", "referral_id"),
        ("episode", "worker_id"), ("episode", "age_at_start"), ("contact", "client_id"),
        ("contact", "episode_id"), ("contact", "worker_id"), ("action", "episode_id"),
        ("justice_event", "episode_id"), ("justice_event", "worker_id"), ("chase", "episode_id"),
        ("chase", "worker_id"), ("special_measure", "episode_id"), ("special_measure", "worker_id"),
        ("court_order", "episode_id"), ("court_order", "worker_id"), ("code_right", "episode_id"),
        ("code_right", "worker_id"), ("claim", "episode_id"), ("claim", "worker_id"), ("consent", "ends_id"),
        ("consent", "episode_id"), ("consent", "worker_id"), ("exit_facts", "worker_id"),
        ("action", "contact_id"), ("action", "worker_id"), ("answer_set", "episode_id"),
        ("answer_set", "worker_id"), ("incident", "episode_id"), ("incident", "worker_id"),
        ("marac_referral", "episode_id"), ("marac_referral", "answer_set_id"), ("marac_referral", "worker_id"),
        ("hold", "worker_id"), ("colleague", "worker_id"), ("colleague", "verified_by"),
        ("marac_action", "worker_id"),
        ("silence", "worker_id"),
        ("action", "goal_id"), ("goal", "episode_id"), ("goal", "worker_id"), ("service", "worker_id"),
        ("onward_referral", "service_id"), ("onward_referral", "episode_id"), ("onward_referral", "worker_id"),
        ("feedback_offer", "episode_id"), ("feedback_offer", "worker_id"),
            ("document", "worker_id"),
        ("child", "age_estimate"), ("child", "own_client_id"), ("child", "worker_id"), ("perpetrator", "age_estimate"),
        ("perpetrator", "worker_id"), ("professional", "worker_id"), ("safeguarding", "child_id"),
        ("safeguarding", "worker_id"), ("safeguarding_check", "worker_id"), ("safety_item", "worker_id"),
    }  # fmt: skip


def test_the_page_reads_what_plain_sql_wrote(vault: OpenVault) -> None:
    assert database.worker is not None
    worker = tables.Worker.get_by_id(database.worker.id)
    assert worker.name == database.worker.name
