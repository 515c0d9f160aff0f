"""Answers in a real vault: kept one by one, signed once, read for ever in the words they were given to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import peewee
import pytest

from caseworker.domain import instruments as domain
from caseworker.domain.clients import Client
from caseworker.domain.episodes import Episode
from caseworker.domain.instruments import AnswerSet
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, clients, episodes, history, instruments, write
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.storage.vault import NewVault, OpenVault
from tests.domain.test_definitions import GOOD
from tests.fixtures_vault import PHRASE

TODAY = dt.datetime.now(LONDON).date()


def ago(days: int) -> int:
    return int(time.time()) - days * 86_400


@pytest.fixture
def amara(vault: OpenVault) -> int:
    return write(clients.save, Client(None, "", "Amara Clarke", area="E06000034"))


def dash(client: int, yes: int = 14, stage: str = "baseline", at: int | None = None) -> int:
    """A Dash with that many yes, the rest no, ready to be signed."""
    held = write(instruments.begin, client, "DASH24", stage, at=at)
    for item in range(1, 25):
        write(instruments.answer, held, str(item), "yes" if item <= yes else "no", "victim")
    return held


def code_of(function: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Problem) as caught:
        write(function, *args, **kwargs)  # type: ignore[arg-type]
    return caught.value.code


# --- filling in ---------------------------------------------------------------------------------------------


def test_a_form_broken_off_is_carried_on_where_it_was(amara: int) -> None:
    held = write(instruments.begin, amara, "DASH24")
    for item in range(1, 10):
        write(instruments.answer, held, str(item), "yes", "victim")
    assert [one.id for one in instruments.unfinished()] == [held]
    assert write(instruments.begin, amara, "DASH24") == held
    assert list(instruments.answers(held)) == [str(item) for item in range(1, 10)]
    assert instruments.latest(amara, "DASH24") is None


BROKEN_OFF = """
import sys
from pathlib import Path
from caseworker.domain.clients import Client
from caseworker.storage import clients, instruments, write
from caseworker.storage import vault as vaults
from tests.fixtures_vault import PHRASE

vaults.open_vault(vaults.unlock(Path(sys.argv[1]), PHRASE))
held = write(instruments.begin, write(clients.save, Client(None, "", "Amara Clarke")), "DASH24")
for item in range(1, 10):
    write(instruments.answer, held, str(item), "yes", "victim")
print(held, flush=True)
sys.stdin.read()
"""


def test_a_form_broken_off_by_a_kill_holds_every_answer_given(
    new_vault: NewVault, reopen: Callable[[], OpenVault]
) -> None:
    asked = subprocess.Popen(
        [sys.executable, "-c", BROKEN_OFF, str(new_vault.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert asked.stdin is not None
    assert asked.stdout is not None
    held = int(asked.stdout.readline())
    asked.kill()
    asked.communicate()
    opened = reopen()
    try:
        assert [one.id for one in instruments.unfinished()] == [held]
        assert list(instruments.answers(held)) == [str(item) for item in range(1, 10)]
        for item in range(10, 25):
            write(instruments.answer, held, str(item), "no", "victim")
        assert write(instruments.sign, held).grade == "standard"
    finally:
        opened.close()


def test_when_it_was_asked_can_be_put_right_until_it_is_signed(amara: int) -> None:
    held = dash(amara)
    write(instruments.ask_at, held, ago(3))
    signed = write(instruments.sign, held)
    asked = dt.datetime.fromtimestamp(signed.started, LONDON).date()
    assert asked == TODAY - dt.timedelta(days=3)
    assert signed.next_review == (asked + dt.timedelta(days=14)).isoformat()
    assert instruments.is_as_signed(signed)
    assert code_of(instruments.ask_at, held, ago(2)) == "E-SIGNED"


def test_it_cannot_have_been_asked_tomorrow_or_before_its_form_existed(amara: int) -> None:
    held = write(instruments.begin, amara, "DASH24")
    for at in (ago(-1), int(dt.datetime(2014, 9, 30, 12, tzinfo=LONDON).timestamp())):
        with pytest.raises(Refused) as caught:
            write(instruments.ask_at, held, at)
        assert list(caught.value.problems) == ["started"]


def test_nothing_is_signed_before_it_was_asked_by_a_clock_put_back(
    amara: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = dash(amara)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3 * 86_400)
    with pytest.raises(Refused) as caught:
        write(instruments.sign, held)
    assert list(caught.value.problems) == [""]
    monkeypatch.setattr(time, "time", real)
    assert write(instruments.sign, held).signed


def test_a_sooner_review_is_signed_with_the_rest_and_a_later_one_is_refused(amara: int) -> None:
    held = dash(amara)
    with pytest.raises(Refused) as caught:
        write(instruments.sign, held, next_review=TODAY + dt.timedelta(days=15))
    assert list(caught.value.problems) == ["next_review"]
    signed = write(instruments.sign, held, next_review=TODAY + dt.timedelta(days=2))
    assert signed.next_review == (TODAY + dt.timedelta(days=2)).isoformat()


def test_another_stage_or_another_client_is_another_form(amara: int) -> None:
    held = write(instruments.begin, amara, "CR7")
    assert write(instruments.begin, amara, "CR7", "review") != held
    other = write(clients.save, Client(None, "", "Robin Marsh"))
    assert write(instruments.begin, other, "CR7") != held


def test_a_changed_answer_is_in_the_history_in_words(amara: int) -> None:
    held = write(instruments.begin, amara, "DASH24")
    write(instruments.answer, held, "15", "NA-UNS", "", "He was in the room")
    write(instruments.answer, held, "15", "yes", "victim", "He was in the room")
    write(instruments.answer, held, "15", "yes", "victim", "He was in the room")
    told = [str(entry.sentence()) for entry in history.for_client(amara) if entry.noun == "answer"]
    assert told == [
        "Strangulation, choking or drowning attempt changed from Not safe to ask to Yes",
        "Strangulation, choking or drowning attempt, who said so changed from blank to Said by the client",
    ]
    assert instruments.answers(held)["15"].note == "He was in the room"


def test_what_is_no_answer_is_not_kept(amara: int) -> None:
    held = write(instruments.begin, amara, "PHQ9")
    for item, value in (("TOTAL", "28"), ("TOTAL", "many"), ("9", "1")):
        with pytest.raises(Refused):
            write(instruments.answer, held, item, value)
    assert instruments.answers(held) == {}


def test_beginning_is_refused_where_it_makes_no_sense(amara: int) -> None:
    with pytest.raises(Refused, match="stage"):
        write(instruments.begin, amara, "FEEDBACK", "baseline")
    with pytest.raises(Refused, match="started"):
        write(instruments.begin, amara, "CR7", at=int(time.time()) + 3600)
    assert code_of(instruments.begin, amara, "TAROT") == "E-INSTRUMENT-GONE"
    assert code_of(instruments.begin, 999, "CR7") == "E-GONE"
    assert fetch("SELECT count(*) FROM answer_set") == [(0,)]


def test_the_first_answer_about_risk_shows_the_episode_as_assessed(amara: int) -> None:
    day = (TODAY - dt.timedelta(days=9)).isoformat()
    episode = write(episodes.save, Episode(None, "", amara, day))
    held = write(instruments.begin, amara, "DASH24", at=ago(2))
    write(instruments.answer, held, "1", "NA-REF")
    assert episodes.get(episode).assessed_on == ""
    write(instruments.answer, held, "2", "no", "victim")
    assert episodes.get(episode).assessed_on == dt.datetime.fromtimestamp(ago(2), LONDON).date().isoformat()
    assert instruments.get(held).episode_id == episode


def test_an_outcome_score_does_not_show_it_as_assessed(amara: int) -> None:
    episode = write(episodes.save, Episode(None, "", amara, TODAY.isoformat()))
    held = write(instruments.begin, amara, "CR7")
    write(instruments.answer, held, "SAFE", "2")
    assert episodes.get(episode).assessed_on == ""


# --- signing ------------------------------------------------------------------------------------------------


def test_a_signed_dash_holds_its_total_grade_thresholds_and_review(amara: int) -> None:
    signed = write(instruments.sign, dash(amara, 14))
    assert (signed.tool_grade, signed.grade, signed.area) == ("high", "high", "Thurrock")
    assert json.loads(signed.totals) == {
        "total": 14, "answered": 24, "unanswered": 0, "events": 0,
        "thresholds": {"standard": 1, "medium": 10, "high": 14},
    }  # fmt: skip
    assert signed.next_review == (TODAY + dt.timedelta(days=14)).isoformat()
    assert instruments.get(signed.id or 0) == signed
    assert instruments.latest(amara, "DASH24") == signed
    assert instruments.unfinished() == []
    assert "The assessment was signed" in [str(entry.sentence()) for entry in history.for_client(amara)]
    assert audit.check_chain() == []


def test_judgement_raises_with_a_reason_and_never_lowers(amara: int) -> None:
    held = dash(amara, 11)
    for judgement, reason, field in (("standard", "Calm today", "judgement"), ("high", " ", "reason")):
        with pytest.raises(Refused, match=field):
            write(instruments.sign, held, judgement=judgement, reason=reason)
    assert instruments.get(held).signed == 0
    signed = write(instruments.sign, held, judgement="high", reason="Strangled on Friday")
    assert (signed.tool_grade, signed.judgement, signed.grade) == ("medium", "high", "high")


def test_a_tool_without_bands_needs_the_professionals_grade(amara: int) -> None:
    held = write(instruments.begin, amara, "SDASH")
    write(instruments.answer, held, "1", "yes", "professional")
    with pytest.raises(Refused, match="judgement"):
        write(instruments.sign, held)
    assert write(instruments.sign, held, judgement="medium", reason="Watches the house").grade == "medium"


def test_an_unsigned_source_keeps_it_from_being_signed(amara: int) -> None:
    held = write(instruments.begin, amara, "DASH24")
    write(instruments.answer, held, "1", "yes")
    with pytest.raises(Refused, match="1"):
        write(instruments.sign, held)


def test_what_is_signed_takes_no_more_answers(amara: int) -> None:
    held = dash(amara)
    write(instruments.sign, held)
    assert code_of(instruments.answer, held, "1", "no", "victim") == "E-SIGNED"
    assert code_of(instruments.sign, held) == "E-SIGNED"
    assert write(instruments.begin, amara, "DASH24") != held


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE answer SET value = 'no' WHERE item = '15'",
        "UPDATE answer SET answer_set_id = (SELECT max(id) FROM answer_set) WHERE item = '15'",
        "DELETE FROM answer WHERE item = '15'",
        "INSERT INTO answer (answer_set_id, item, value, source, note) VALUES (1, 'X', 'yes', '', '')",
        "UPDATE answer_set SET grade = 'standard'",
        "UPDATE answer_set SET signed = 0",
        "UPDATE answer_set SET started = started - 1",
        "DELETE FROM answer_set",
        "UPDATE instrument SET text = ''",
        "DELETE FROM instrument",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_signed(amara: int, statement: str) -> None:
    assert write(instruments.sign, dash(amara)).id == 1
    with pytest.raises(peewee.DatabaseError, match="never change"):
        write(database.execute_sql, statement)
    assert instruments.check_signatures() == []


def test_every_column_of_a_signed_set_but_the_withdrawal_is_guarded(amara: int) -> None:
    signed = write(instruments.sign, dash(amara))
    for field in dataclasses.fields(AnswerSet):
        statement = f"UPDATE answer_set SET {field.name} = {field.name}"
        if field.name == "withdrawn":
            write(database.execute_sql, statement)
            continue
        with pytest.raises(peewee.DatabaseError, match="never change"):
            write(database.execute_sql, statement)
    assert instruments.get(signed.id or 0) == signed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE answer SET value = 'no' WHERE item = '5'",
        "UPDATE answer SET note = 'She laughed' WHERE item = '5'",
        "UPDATE answer SET source = 'professional' WHERE item = '5'",
        "DELETE FROM answer WHERE item = '5'",
        "UPDATE answer_set SET grade = 'standard'",
        "UPDATE answer_set SET reason = 'Because'",
        "UPDATE answer_set SET client_id = 2",
        "UPDATE answer_set SET signature = zeroblob(64)",
        "UPDATE answer_set SET worker_id = NULL",
    ],
)
def test_a_signature_tells_of_a_change_made_round_the_guards(amara: int, statement: str) -> None:
    write(clients.save, Client(None, "", "Robin Marsh"))
    held = write(instruments.sign, dash(amara)).id or 0
    assert instruments.is_as_signed(instruments.get(held))
    for (name,) in fetch("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'answer%'"):
        write(database.execute_sql, f"DROP TRIGGER {name}")
    write(database.execute_sql, statement)
    assert not instruments.is_as_signed(instruments.get(held))
    assert [str(one) for one in instruments.check_signatures()] == [
        "The signed assessment number 1 is not as it was signed"
    ]


def test_the_check_of_the_whole_vault_finds_an_answer_changed_after_signing(
    amara: int, vault: OpenVault
) -> None:
    write(instruments.sign, dash(amara))
    assert vault.whole_check() == []
    write(database.execute_sql, "DROP TRIGGER answer_stays")
    write(database.execute_sql, "UPDATE answer SET value = 'no' WHERE item = '5'")
    told = "The signed assessment number 1 is not as it was signed"
    assert [str(one) for one in vault.whole_check()] == [told]
    vault.close()
    assert [str(one) for one in vaults.verify(vault.path, PHRASE)] == [told]


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE answer_set SET signed = 0"], "The signed assessment number 1 is missing"),
        (["DELETE FROM answer", "DELETE FROM answer_set"], "The signed assessment number 1 is missing"),
        (
            ["UPDATE answer_set SET withdrawn = 5"],
            "The assessment number 1 was withdrawn and nobody said so",
        ),
    ],
)
def test_the_check_finds_a_signed_set_taken_out_of_sight(
    amara: int, vault: OpenVault, statements: list[str], told: str
) -> None:
    write(instruments.sign, dash(amara))
    for (name,) in fetch("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'answer%'"):
        write(database.execute_sql, f"DROP TRIGGER {name}")
    for statement in statements:
        write(database.execute_sql, statement)
    assert [str(one) for one in vault.whole_check()] == [told]


def test_a_set_withdrawn_by_somebody_is_no_finding(amara: int, vault: OpenVault) -> None:
    held = write(instruments.sign, dash(amara)).id or 0
    write(instruments.withdraw, held, "The wrong person")
    assert vault.whole_check() == []


def test_a_colleague_cannot_finish_or_sign_what_another_began(amara: int) -> None:
    held = dash(amara)
    write(
        database.execute_sql,
        "INSERT INTO worker (uid, name, role, sign_key, receive_key) VALUES ('w2', 'Jo', 'advocate', x'00', x'00')",
    )
    write(database.execute_sql, "UPDATE answer_set SET worker_id = 2")
    assert code_of(instruments.answer, held, "1", "no", "victim") == "E-NOT-YOURS"
    assert code_of(instruments.sign, held) == "E-NOT-YOURS"
    assert instruments.unfinished() == []


def test_one_signed_on_the_wrong_person_is_withdrawn_and_counted_nowhere(amara: int) -> None:
    held = write(instruments.sign, dash(amara)).id or 0
    with pytest.raises(Refused, match="why"):
        write(instruments.withdraw, held, " ")
    write(instruments.withdraw, held, "This was Robin's")
    assert instruments.latest(amara, "DASH24") is None
    assert instruments.for_client(amara) == []
    (shown,) = instruments.for_client(amara, withdrawn=True)
    assert instruments.is_as_signed(shown)
    assert "The assessment was withdrawn and is not counted" in [
        str(entry.sentence()) for entry in history.for_client(amara)
    ]


def test_follow_ups_that_are_no_longer_called_for_do_not_apply(amara: int) -> None:
    held = write(instruments.begin, amara, "NEEDS")
    for item, value in (("N2", "3"), ("N2-MET", "not-met"), ("N2-WHY", "NOS"), ("P1", "N2")):
        write(instruments.answer, held, item, value)
    write(instruments.answer, held, "N2", "1")
    signed = write(instruments.sign, held)
    found = instruments.answers(held)
    assert (found["N2-MET"].value, found["N2-WHY"].value, found["P1"].value) == ("NA-NAP", "NA-NAP", "N2")
    assert (signed.grade, signed.next_review) == ("", (TODAY + dt.timedelta(days=42)).isoformat())


# --- versions -----------------------------------------------------------------------------------------------


def test_an_old_set_is_read_in_its_own_words_whatever_became_of_its_file(amara: int, tmp_path: Path) -> None:
    file = tmp_path / "CALM-2.toml"
    file.write_text(GOOD, encoding="utf-8")
    held = write(instruments.begin, amara, "CALM", folder=tmp_path)
    write(instruments.answer, held, "A", "2")
    file.unlink()
    later = GOOD.replace("version = 2", "version = 3").replace('"Sleep"', '"Rest"')
    (tmp_path / "CALM-3.toml").write_text(later, encoding="utf-8")
    write(instruments.answer, held, "B", "1")
    signed = write(instruments.sign, held)
    form = instruments.definition(signed)
    assert (form.version, form.items["A"].label) == (2, "Sleep")
    newer = write(instruments.begin, amara, "CALM", "exit", folder=tmp_path)
    assert instruments.definition(instruments.get(newer)).items["A"].label == "Rest"
    assert fetch("SELECT count(*) FROM instrument") == [(2,)]


def test_a_file_edited_without_a_new_number_makes_no_old_answer_say_something_else(
    amara: int, tmp_path: Path
) -> None:
    file = tmp_path / "CALM-2.toml"
    file.write_text(GOOD, encoding="utf-8")
    first = write(instruments.begin, amara, "CALM", folder=tmp_path)
    file.write_text(GOOD.replace('"Sleep"', '"Sleeplessness"'), encoding="utf-8")
    second = write(instruments.begin, amara, "CALM", "exit", folder=tmp_path)
    labels = [instruments.definition(instruments.get(one)).items["A"].label for one in (first, second)]
    assert labels == ["Sleep", "Sleeplessness"]


def test_an_instrument_dropped_in_is_filled_signed_and_compared_with_no_code(
    amara: int, tmp_path: Path
) -> None:
    (tmp_path / "CALM-2.toml").write_text(GOOD, encoding="utf-8")
    for stage, at, value in (("baseline", ago(30), "0"), ("exit", ago(1), "2")):
        held = write(instruments.begin, amara, "CALM", stage, at=at, folder=tmp_path)
        write(instruments.answer, held, "A", value)
        assert write(instruments.sign, held).tool_grade == ("low" if value == "2" else "")
    (found,) = instruments.moved(amara, "CALM")
    assert (found.label, found.verdict, str(found.sentence())) == ("Sleep", "improved", "eased by 2")


def test_every_shipped_instrument_can_be_filled_and_signed(amara: int) -> None:
    for form in domain.shelf().offered(TODAY):
        held = write(instruments.begin, amara, form.name, form.stages[-1])
        for item in form.asked({}):
            value = str(item.most) if item.is_number else "words" if item.text else ""
            options = list(item.scale.options) if item.scale else []
            chosen = options[list(form.different).index(item.code)] if item.code in form.different else ""
            write(
                instruments.answer,
                held,
                item.code,
                value or chosen or options[-1 if form.kind == "needs" else 0],  # the first is “No need”
                "victim" if form.sourced else "",
            )
        judged = {"judgement": "high", "reason": "Known"} if form.name == "SDASH" else {}
        assert write(instruments.sign, held, **judged).signed
    assert instruments.check_signatures() == []


def test_distance_travelled_counts_only_what_was_signed_and_stands(amara: int) -> None:
    sets = []
    for stage, at, value in (("baseline", ago(60), "2"), ("review", ago(30), "3"), ("exit", ago(1), "5")):
        held = write(instruments.begin, amara, "CR7", stage, at=at)
        write(instruments.answer, held, "SAFE", value)
        sets.append(held)
    write(instruments.sign, sets[0])
    write(instruments.sign, sets[1])
    assert [one.last for one in instruments.moved(amara, "CR7")] == [3]
    write(instruments.sign, sets[2])
    assert [one.last for one in instruments.moved(amara, "CR7")] == [5]
    write(instruments.withdraw, sets[2], "Not hers")
    assert [one.last for one in instruments.moved(amara, "CR7")] == [3]


def test_one_answer_is_kept_well_within_a_keystroke(amara: int) -> None:
    """The longest block of the window may be 50 ms; an answer is one small transaction."""
    held = write(instruments.begin, amara, "DASH24")
    taken = []
    for item in range(1, 25):
        begun = time.perf_counter()
        write(instruments.answer, held, str(item), "yes", "victim")
        taken.append(time.perf_counter() - begun)
    assert sorted(taken)[len(taken) // 2] < 0.05


def test_years_of_signed_sets_are_read_in_three_queries(amara: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for weeks in range(8):
        held = write(
            instruments.begin, amara, "CR7", "review" if weeks else "baseline", at=ago(400 - 42 * weeks)
        )
        write(instruments.answer, held, "SAFE", str(1 + weeks % 5))
        write(instruments.sign, held)
    asked: list[str] = []
    execute = database.execute_sql

    def counting(sql: str, *args: object, **kwargs: object) -> object:
        asked.append(sql)
        return execute(sql, *args, **kwargs)

    monkeypatch.setattr(database, "execute_sql", counting)
    found = instruments.signed(amara, ["CR7"])
    assert len(asked) == 3
    assert [taken.values["SAFE"] for _, taken in found] == ["1", "2", "3", "4", "5", "1", "2", "3"]
    assert [held.id for held, _ in found] == sorted(held.id or 0 for held, _ in found)
    plan = fetch(
        "EXPLAIN QUERY PLAN SELECT item FROM answer_set JOIN answer ON answer_set_id = answer_set.id"
        " WHERE client_id = ? AND signed <> 0 AND withdrawn = 0 AND instrument IN (?)",
        (amara, "CR7"),
    )
    assert not [row[3] for row in plan if row[3].startswith("SCAN")]


def test_sets_open_or_withdrawn_are_not_among_the_signed(amara: int) -> None:
    write(instruments.answer, write(instruments.begin, amara, "CR7"), "SAFE", "1")
    held = write(instruments.begin, amara, "CR7", "review")
    write(instruments.answer, held, "SAFE", "1")
    write(instruments.sign, held)
    assert [one.id for one, _ in instruments.signed(amara, ["CR7"])] == [held]
    write(instruments.withdraw, held, "Another client's")
    assert instruments.signed(amara, ["CR7"]) == []
