"""The service map in a real vault: kept with its history, ended and never removed, taken in whole."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from caseworker.demo.services import made_up_services
from caseworker.domain.services import Service, from_csv, to_csv
from caseworker.domain.when import LONDON
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, history, services, write
from caseworker.storage.vault import OpenVault

TODAY = dt.datetime.now(LONDON).date()


@pytest.fixture
def talk(vault: OpenVault) -> int:
    return write(services.save, Service(None, "", "Talking room", "COU", "Quiet Harbour"))


def test_a_change_keeps_what_it_said_before(talk: int) -> None:
    write(services.save, dataclasses.replace(services.get(talk), wait="closed"), "Rang them")
    (change, made) = history.for_row("service", talk, None)
    assert str(change.sentence()) == "Takes people now changed from Not asked yet to Closed to new people"
    assert change.why == "Rang them"
    assert str(made.sentence()) == "New service one can refer to recorded"
    assert audit.check_chain() == []


def test_the_same_service_cannot_be_there_twice(talk: int) -> None:
    with pytest.raises(Refused) as caught:
        write(services.save, Service(None, "", "talking  ROOM", provider="quiet harbour"))
    assert set(caught.value.problems) == {"name"}
    write(services.save, Service(None, "", "Talking room", provider="Somebody else"))


def test_one_that_ended_is_offered_to_nobody_and_can_be_taken_up_again(talk: int) -> None:
    with pytest.raises(Refused):
        write(services.end, talk, " ")
    write(services.end, talk, "Lost its money")
    assert services.every() == []
    assert [one.id for one in services.every(ended=True)] == [talk]
    assert services.names([talk, 999]) == {talk: "Talking room"}
    write(services.take_up, talk)
    assert [one.id for one in services.every()] == [talk]


def test_a_table_adds_what_is_new_changes_what_is_known_and_ends_nothing(talk: int) -> None:
    other = write(services.save, Service(None, "", "Safe Nest", "RFG"))
    text = to_csv(
        [dataclasses.replace(services.get(talk), wait="open"), services.get(other), Service(None, "", "New")]
    )
    assert write(services.take_in, from_csv(text, TODAY)) == (1, 1, 1)
    assert services.get(talk).wait == "open"
    assert [one.name for one in services.every()] == ["New", "Safe Nest", "Talking room"]
    assert write(services.take_in, from_csv(text, TODAY)) == (0, 0, 3)


def test_a_table_with_one_wrong_line_changes_nothing(talk: int) -> None:
    wrong = [Service(None, "", "New"), Service(None, "", "Odd", kind="ZZZ")]
    with pytest.raises(Refused):
        write(services.take_in, wrong)
    assert [one.name for one in services.every()] == ["Talking room"]


def test_the_made_up_service_map_is_whole_and_its_numbers_ring_nowhere(vault: OpenVault) -> None:
    made = made_up_services(TODAY)
    assert write(services.take_in, made).added == len(made) >= 12
    assert {one.wait for one in made} >= {"open", "limited", "closed"}
    assert all("01632 960" in one.how or "0808 157" in one.how or "example" in one.how for one in made)


def test_the_map_goes_out_as_a_table_and_comes_back(talk: int, tmp_path: Path) -> None:
    file = tmp_path / "services.csv"
    services.write_table(file, services.every())
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")  # spreadsheets take it for UTF-8 by this
    assert write(services.take_in, services.read_table(file, TODAY)) == (0, 0, 1)


def test_a_file_that_is_no_table_or_a_place_without_room_is_said_in_one_sentence(
    vault: OpenVault, tmp_path: Path
) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\xfe")
    for broken in ("picture.csv", "nowhere.csv"):
        with pytest.raises(Problem) as caught:
            services.read_table(tmp_path / broken, TODAY)
        assert caught.value.code == "E-SERVICES-FILE"
    with pytest.raises(Problem) as caught:
        services.write_table(tmp_path / "no" / "folder.csv", [])
    assert caught.value.code == "E-SERVICES-SAVE"
