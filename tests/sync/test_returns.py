"""From made-up casework to the exact bytes of a return: nothing small, nobody's name, the same answer every time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from caseworker import demo, storage
from caseworker.crypto import sealing, signing
from caseworker.domain import plans
from caseworker.domain.periods import Period
from caseworker.errors import Problem
from caseworker.protect import audit as attack
from caseworker.protect.linked import Cover, Linked
from caseworker.protect.rounding import Rounded
from caseworker.storage import outbox, pins, returns
from caseworker.storage.engine import database
from caseworker.storage.pins import Pins
from caseworker.storage.vault import OpenVault
from caseworker.sync import returns as making
from caseworker.sync import summary
from caseworker.sync.outbox import Place
from caseworker.sync.returns import Prepared

TODAY = dt.date(2026, 11, 20)
Q2 = Period.parse("2026-27Q2")
PLAN = plans.load()
HERE = Place("ESSEX", "A07", "a" * 64, "b" * 32, 1, summary.NO_PREV, "c" * 64, PLAN.name)


@pytest.fixture
def solo(vault: OpenVault) -> OpenVault:
    demo.fill("solo", today=TODAY)
    return vault


@pytest.fixture
def prepare(solo: OpenVault) -> Callable[..., Prepared]:
    return lambda period=Q2, **options: making.prepare(
        period, PLAN, **({"to": HERE, "today": TODAY} | options)
    )


@pytest.fixture
def joined(solo: OpenVault) -> Pins:
    """A commissioner whose keys are pinned."""
    _, root = signing.new_sign_key()
    _, receipt = signing.new_sign_key()
    _, seal = sealing.new_receive_key()
    found = Pins(
        org="ESSEX", org_name="Essex commissioner", agency="A07", agency_name="Made-up Advocates",
        hub="https://hub.example.org", kid=signing.fingerprint(seal).hex(), seal_key=seal.hex(),
        receipt_key=receipt.hex(), root_key=root.hex(), policy=1, plan=PLAN.name, bundle="d" * 64,
    )  # fmt: skip
    storage.write(pins.pin, found)
    return found


# --- what is in it ---


def test_a_solo_return_prepares_and_the_attack_finds_nothing(prepare):
    prepared = prepare()
    assert prepared.audit.failing == []
    assert prepared.audit.lines_not_adding == 0
    assert prepared.audit.checked > 5  # there were small numbers to attack
    assert prepared.stepped == ()
    low, high = prepared.audit.tightest
    assert high - low >= 3


def test_every_number_is_near_the_truth_and_a_multiple_of_five(prepare):
    prepared = prepare()
    for shown, true in zip(prepared.shown, prepared.cells.values, strict=True):
        assert shown % 5 == 0
        assert abs(shown - true) < 5
        assert shown == 0 or true != 0


def test_no_name_number_or_reference_of_any_client_is_in_the_bytes(prepare):
    prepared = prepare()
    marks = personal_marks()
    assert len(marks) > 1000
    payload = prepared.payload.decode("ascii")
    found = [mark for mark in marks if mark in payload]
    assert found == []
    # the same scan finds every one of them where they are
    rows = json.dumps(
        [
            database.execute_sql(f"SELECT * FROM {table}").fetchall()
            for table in ("client", "safe_contact", "contact", "episode", "referral")
        ],
        ensure_ascii=False,
    )
    missed = [mark for mark in marks if json.dumps(mark, ensure_ascii=False)[1:-1] not in rows]
    assert missed == []


def personal_marks() -> set[str]:
    """Everything about a client that is words, a number to ring or a reference; long enough not to occur by chance."""
    found: set[str] = set()
    for name, known_as, reference, uid, born in database.execute_sql(
        "SELECT name, known_as, reference, uid, born FROM client"
    ).fetchall():
        found |= {name, known_as, reference, uid, born}
    for row in database.execute_sql("SELECT value, say_as, code_word, note FROM safe_contact").fetchall():
        found |= set(row)
    for row in database.execute_sql("SELECT uid, note FROM contact").fetchall():
        found |= set(row)
    for row in database.execute_sql("SELECT uid, police_ref FROM referral").fetchall():
        found |= set(row)
    return {mark for mark in found if len(mark) >= 4 and not mark.startswith("NA-")}


def test_the_bytes_are_a_return_of_the_plan_with_no_room_for_a_person(prepare):
    prepared = prepare()
    envelope = summary.read(prepared.payload)
    assert (envelope.plan, envelope.period, envelope.version, envelope.supersedes) == (
        PLAN.name,
        "2026-27Q2",
        1,
        "",
    )
    assert (envelope.base, envelope.made, envelope.geo) == (5, "2026-11", PLAN.geo)
    assert prepared.names.nothing_personal()
    assert summary.fingerprint(prepared.payload) == f"sha256:{prepared.sha256}"


def test_the_hub_finds_nothing_in_it_that_is_not_of_the_plan(prepare):
    from caseworker.hub.plans import misfit

    assert not misfit(summary.read(prepare().payload), PLAN)


def test_a_larger_services_return_with_many_categories_keeps_to_the_plan_and_the_bars(vault):
    from caseworker.hub.plans import misfit

    demo.fill("provider", contacts=15000, today=TODAY)
    prepared = making.prepare(Q2, PLAN, to=HERE, today=TODAY)
    assert prepared.audit.failing == []
    assert len(prepared.cells.names) > 150
    assert not misfit(summary.read(prepared.payload), PLAN)
    areas = [table for table in prepared.cells.tables if (table.measure, table.dim) == ("supported", "area")]
    assert len(areas) == 1
    for table in prepared.cells.tables:
        for group in prepared.counts.groups.get((table.measure, table.dim), ()):
            assert not group.people or group.people >= 10


def test_the_exact_counts_stand_beside_each_table(prepare):
    prepared = prepare()
    beside = prepared.counted()
    assert beside["supported", "total"] == {"": prepared.counts.totals["supported"]}
    for table in summary.read(prepared.payload).tables:
        exact = beside[table.measure, table.dim]
        assert list(exact) == [*table.codes, ""]
        for code, shown in zip((*table.codes, ""), table.cells, strict=True):
            assert abs(shown - exact[code]) < 5


def test_what_is_left_out_is_said(prepare):
    said = " ".join(str(words) for words in prepare().left_out)
    assert "No breakdown by District of residence" in said


def test_few_people_give_totals_only(vault):
    demo.fill("solo", contacts=60, today=TODAY)
    prepared = making.prepare(Q2, PLAN, to=HERE, today=TODAY)
    assert prepared.counts.people < 20
    assert {table.dim for table in summary.read(prepared.payload).tables} == {"total"}
    assert "totals only" in str(prepared.left_out[0])


# --- the same answer, and only one ---


def test_the_same_data_give_the_same_bytes(prepare):
    assert prepare().payload == prepare().payload


def test_another_key_gives_another_rounding(prepare):
    first = prepare()
    database.execute_sql("UPDATE meta SET value = ? WHERE key = 'rounding_key'", ("5a" * 32,))
    assert prepare().shown != first.shown


def test_a_number_that_could_be_worked_out_stops_everything(prepare, monkeypatch):
    """The negative control: with rounding switched off the attack fails the return, and it goes no further."""
    monkeypatch.setattr(
        making.rounding, "round_linked", lambda linked, key, base: Rounded(list(linked.values), [])
    )
    with pytest.raises(Problem) as stopped:
        prepare()
    assert stopped.value.code == "E-DISCLOSURE"


def test_small_numbers_are_hidden_even_when_all_tables_are_attacked_together(prepare):
    prepared = prepare()
    cells = prepared.cells
    linked = Linked(
        cells.names,
        cells.values,
        cells.equations,
        [Cover(t, tuple(p), at_least_one=False) for t, p in cells.covers],
    )
    exact = attack.audit(linked, list(prepared.shown), exact=True)
    assert exact.exact_small == 0
    assert exact.few_small == 0


# --- refusals and steps ---


def test_a_period_that_has_not_begun_cannot_be_counted(prepare):
    with pytest.raises(Problem) as refused:
        prepare(Period.parse("2026-27Q4"))
    assert refused.value.code == "E-PERIOD-FUTURE"


def test_another_plan_than_the_commissioners_is_refused(prepare):
    with pytest.raises(Problem) as refused:
        prepare(to=dataclasses.replace(HERE, plan="sha256:" + "0" * 64))
    assert refused.value.code == "E-PLAN-OTHER"


def test_before_joining_nothing_can_be_prepared_for_sending_but_it_can_be_looked_at(solo):
    with pytest.raises(Problem) as refused:
        making.prepare(Q2, PLAN, today=TODAY)
    assert refused.value.code == "E-NOT-JOINED"
    looked_at = making.prepare(Q2, PLAN, to=making.unaddressed(PLAN, "A07"), today=TODAY)
    assert summary.read(looked_at.payload).org == "NONE"


def test_every_step_is_told_and_stopping_stops(prepare):
    steps: list[Any] = []
    prepare(progress=steps.append)
    assert [step.done for step in steps] == [0, 1, 2, 3, 4]
    assert all(str(step.words) for step in steps)
    with pytest.raises(making.Cancelled):
        prepare(cancelled=lambda: True)
    asked = iter([False] * 5 + [True] * 50)
    with pytest.raises(making.Cancelled):
        prepare(cancelled=lambda: next(asked))


# --- approving and versions ---


def test_approving_keeps_the_counts_and_puts_the_same_bytes_in_the_outbox(joined):
    prepared = making.prepare(Q2, PLAN, today=TODAY)
    item = outbox.get(making.approve(prepared, today=TODAY))
    assert item.payload == prepared.payload
    assert (item.period, item.version, item.state) == ("2026-27Q2", 1, outbox.APPROVED)
    kept = returns.frozen(Q2)
    assert (kept.version, kept.payload, kept.counts) == (1, prepared.payload, prepared.counts)


def test_a_correction_is_the_next_version_and_names_the_one_before(joined):
    first = making.prepare(Q2, PLAN, today=TODAY)
    making.approve(first, today=TODAY)
    database.execute_sql("UPDATE contact SET withdrawn = 1 WHERE id % 3 = 0")
    second = making.prepare(Q2, PLAN, today=TODAY)
    assert second.version == 2
    assert second.supersedes == f"sha256:{first.sha256}"
    assert summary.read(second.payload).seq == 2
    making.approve(second, today=TODAY)
    assert returns.latest_version(Q2) == 2
    assert returns.frozen(Q2, 1).payload == first.payload


def test_two_versions_do_not_point_at_what_changed(joined):
    """Somebody with both versions sees numbers move that did not change, and none can be narrowed to under 4 values."""
    making.prepare(
        Q2, PLAN, today=TODAY
    )  # makes the key, which is then a known one: chance decides how many move
    database.execute_sql("UPDATE meta SET value = ? WHERE key = 'rounding_key'", ("5a" * 32,))
    first = making.prepare(Q2, PLAN, today=TODAY)
    making.approve(first, today=TODAY)
    one = first.period.epochs()[0] + 40 * 86_400
    database.execute_sql(
        "UPDATE contact SET withdrawn = 1 WHERE client_id ="
        " (SELECT client_id FROM contact WHERE at > ? AND client_id IS NOT NULL ORDER BY at LIMIT 1)",
        (one,),
    )
    second = making.prepare(Q2, PLAN, today=TODAY)
    then = dict(zip(first.cells.names, zip(first.cells.values, first.shown, strict=True), strict=True))
    now = dict(zip(second.cells.names, zip(second.cells.values, second.shown, strict=True), strict=True))
    same = [name for name in then if name in now and then[name][0] == now[name][0]]
    changed = [name for name in then if name in now and then[name][0] != now[name][0]]
    assert changed
    moved = [name for name in same if then[name][1] != now[name][1]]
    # How many depends on how much the one client touched; what nobody may do is narrow any of them, below.
    assert len(moved) >= 3
    for name in same:
        low = max(0, then[name][1] - 4, now[name][1] - 4)
        assert min(then[name][1], now[name][1]) + 4 - low + 1 >= 4


def test_a_period_is_sent_at_most_four_times(joined):
    for number in range(making.MOST_VERSIONS):
        database.execute_sql("UPDATE contact SET withdrawn = 1 WHERE id % 7 = ?", (number,))
        making.approve(making.prepare(Q2, PLAN, today=TODAY), today=TODAY)
    with pytest.raises(Problem) as often:
        making.approve(making.prepare(Q2, PLAN, today=TODAY), today=TODAY)
    assert often.value.code == "E-VERSIONS"
    assert len(outbox.items()) == making.MOST_VERSIONS


def test_a_year_beside_its_quarters_cannot_be_sent(joined):
    year = making.prepare(Period.parse("2025-26"), PLAN, today=TODAY)
    with pytest.raises(Problem) as stopped:
        making.approve(year, today=TODAY)
    assert stopped.value.code == "E-PERIOD-OVERLAP"
    assert outbox.items() == []


def test_an_approval_taken_back_gives_its_number_to_the_next(joined):
    first = making.approve(making.prepare(Q2, PLAN, today=TODAY), today=TODAY)
    storage.write(outbox.take_back, first)
    again = making.prepare(Q2, PLAN, today=TODAY)
    assert (again.version, again.supersedes) == (1, "")
    making.approve(again, today=TODAY)
    assert returns.latest_version(Q2) == 1


def test_what_was_prepared_before_another_approval_cannot_be_approved(joined):
    early = making.prepare(Q2, PLAN, today=TODAY)
    making.approve(making.prepare(Q2, PLAN, today=TODAY), today=TODAY)
    with pytest.raises(Problem) as stale:
        making.approve(early, today=TODAY)
    assert stale.value.code == "E-STALE"
    assert len(outbox.items()) == 1


def test_a_period_that_still_runs_can_be_looked_at_but_not_approved(joined):
    running = making.prepare(Period.parse("2026-27Q3"), PLAN, today=TODAY)
    with pytest.raises(Problem) as refused:
        making.approve(running, today=TODAY)
    assert refused.value.code == "E-PERIOD-OPEN"
    assert outbox.items() == []
    assert returns.frozen(running.period) is None
