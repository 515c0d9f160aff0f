"""Joining: the code proves the file, the file's keys are pinned, and a broken network only means doing it again."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from caseworker import storage
from caseworker.crypto import pairing
from caseworker.errors import Problem
from caseworker.hub import tables
from caseworker.storage import devices, pins
from caseworker.storage.vault import OpenVault
from caseworker.sync import enrolment, wire
from caseworker.sync.client import Limits
from tests.hub.parts import NOW, Clock, Served

QUICK = Limits(connect=2, whole=3)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[Served]:
    folder = tmp_path / "hub"
    folder.mkdir()
    with Served(folder, clock=clock) as served:
        yield served


def code_of(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def joined_devices() -> list[str]:
    with tables.database.connection_context():
        return [row.uid for row in tables.Device.select()]


def test_a_laptop_joins_with_file_and_code(vault: OpenVault, hub: Served, tmp_path: Path):
    file, code = hub.letter(tmp_path)
    bundle = enrolment.read_bundle(file, f" {code.lower().replace('-', ' ')} ")
    assert not enrolment.enrolled()
    assert pins.pinned() is None
    enrolment.enrol(bundle, code, limits=QUICK)
    assert enrolment.enrolled()
    known = pins.pinned()
    assert known is not None
    assert (known.org, known.agency, known.hub) == ("ESSEX", "A07", hub.address)
    assert known.seal_key == hub.keys.seal_public.hex()
    assert joined_devices() == [devices.device().uid]
    assert bundle.digits == wire.read_out(bytes.fromhex(known.bundle))
    assert (bundle.commissioner, bundle.agency) == ("The commissioner", "Elder abuse hotline")


def test_joining_again_with_the_same_letter_changes_nothing(vault: OpenVault, hub: Served, tmp_path: Path):
    file, code = hub.letter(tmp_path)
    bundle = enrolment.read_bundle(file, code)
    enrolment.enrol(bundle, code, limits=QUICK)
    enrolment.enrol(bundle, code, limits=QUICK)
    assert len(joined_devices()) == 1


def test_a_broken_network_leaves_the_keys_pinned_and_the_step_open_to_repeat(
    vault: OpenVault, tmp_path: Path, clock: Clock
):
    folder = tmp_path / "hub"
    folder.mkdir()
    with Served(folder, clock=clock) as hub:
        file, code = hub.letter(tmp_path)
        address = hub.port
    bundle = enrolment.read_bundle(file, code)
    with pytest.raises(Problem) as problem:
        enrolment.enrol(bundle, code, limits=QUICK)
    assert code_of(problem) == "E-OFFLINE"
    assert pins.pinned() == bundle.as_pins()
    assert not enrolment.enrolled()
    with Served(folder, clock=clock, port=address) as hub:
        enrolment.enrol(bundle, code, limits=QUICK)
        assert enrolment.enrolled()


def test_a_lost_answer_is_given_again_though_the_code_is_used_up(
    vault: OpenVault, hub: Served, tmp_path: Path
):
    file, code = hub.letter(tmp_path)
    bundle = enrolment.read_bundle(file, code)
    enrolment.enrol(bundle, code, limits=QUICK)
    storage.write(lambda: storage.database.execute_sql("DELETE FROM pin WHERE name = 'hub.confirmed'"))
    assert not enrolment.enrolled()
    enrolment.enrol(bundle, code, limits=QUICK)
    assert enrolment.enrolled()
    assert len(joined_devices()) == 1


def test_a_mistyped_code_a_foreign_code_and_a_damaged_file_each_get_their_sentence(
    vault: OpenVault, hub: Served, tmp_path: Path
):
    file, code = hub.letter(tmp_path)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    for path, typed, expected in (
        (file, wrong, "E-PAIRING"),
        (file, "", "E-PAIRING"),
        (file, pairing.new_pairing_code(), "E-BUNDLE-CODE"),
        (tmp_path / "missing", code, "E-BUNDLE"),
        (tmp_path, code, "E-BUNDLE"),
        (_written(tmp_path / "a", b"not a bundle"), code, "E-BUNDLE"),
        (_written(tmp_path / "b", file.read_bytes()[:-1]), code, "E-BUNDLE"),
        (_written(tmp_path / "c", b"x" * 10_000_000), code, "E-BUNDLE"),
    ):
        with pytest.raises(Problem) as problem:
            enrolment.read_bundle(path, typed)
        assert code_of(problem) == expected
    assert pins.pinned() is None


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_letter_more_than_7_days_old_is_refused_and_says_so(
    vault: OpenVault, hub: Served, tmp_path: Path, clock: Clock
):
    file, code = hub.letter(tmp_path)
    clock.now = NOW + 7 * 24 * 3600 + 1
    with pytest.raises(Problem, match="more than 7 days old") as problem:
        enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    assert code_of(problem) == "E-HUB-REFUSED"
    assert not enrolment.enrolled()


def test_another_commissioners_file_cannot_replace_pinned_keys(
    vault: OpenVault, hub: Served, tmp_path: Path, clock: Clock
):
    file, code = hub.letter(tmp_path)
    enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    before = pins.pinned()
    shutil.rmtree(hub.folder / "secrets")
    other = tmp_path / "other"
    other.mkdir()
    with Served(other, clock=clock) as evil:
        evil_file, evil_code = evil.letter(tmp_path)
        evil_bundle = enrolment.read_bundle(evil_file, evil_code)
        with pytest.raises(Problem) as problem:
            enrolment.enrol(evil_bundle, evil_code, limits=QUICK)
    assert code_of(problem) == "E-PINNED"
    assert pins.pinned() == before
    assert enrolment.enrolled()


def test_a_higher_policy_number_replaces_pinned_keys_only_under_the_same_root_and_place(
    vault: OpenVault, hub: Served, tmp_path: Path
):
    file, code = hub.letter(tmp_path)
    first = enrolment.read_bundle(file, code)
    enrolment.enrol(first, code, limits=QUICK)

    def newer(**changes: object) -> enrolment.Bundle:
        return dataclasses.replace(
            first, keys=msgspec.structs.replace(first.keys, policy=2, **changes), hash=b"\1" * 32
        )

    for changes in ({"root_key": "1" * 64}, {"org": "KENT"}, {"agency": "A08"}):
        with pytest.raises(Problem) as problem:
            enrolment.enrol(newer(**changes), code, limits=QUICK)
        assert code_of(problem) == "E-PINNED"
        assert pins.pinned() == first.as_pins()
    with pytest.raises(Problem) as problem:  # pinned, but this hub never made that letter
        enrolment.enrol(newer(), code, limits=QUICK)
    assert code_of(problem) == "E-HUB-REFUSED"
    assert pins.pinned() == newer().as_pins()
    assert not enrolment.enrolled()


def test_a_second_letter_with_the_same_policy_number_cannot_replace_the_first(
    vault: OpenVault, hub: Served, tmp_path: Path
):
    file, code = hub.letter(tmp_path)
    enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    second, second_code = hub.letter(tmp_path)
    with pytest.raises(Problem) as problem:
        enrolment.enrol(enrolment.read_bundle(second, second_code), second_code, limits=QUICK)
    assert code_of(problem) == "E-PINNED"


def test_a_restored_laptop_joins_the_same_hub_again_with_a_new_letter(
    vault: OpenVault, hub: Served, tmp_path: Path
):
    file, code = hub.letter(tmp_path)
    enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    old = devices.device().uid

    def restored() -> None:
        storage.database.device_uid, storage.database.device = devices.make(), None
        pins.unconfirm()

    storage.write(restored)
    with pytest.raises(Problem) as problem:
        enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    assert code_of(problem) == "E-HUB-REFUSED"
    second, second_code = hub.letter(tmp_path)
    enrolment.enrol(enrolment.read_bundle(second, second_code), second_code, limits=QUICK)
    assert enrolment.enrolled()
    assert set(joined_devices()) == {old, devices.device().uid}


def test_nothing_is_asked_of_anyone_while_the_vault_is_locked(hub: Served, tmp_path: Path):
    file, code = hub.letter(tmp_path)
    with pytest.raises(Problem) as problem:
        enrolment.enrol(enrolment.read_bundle(file, code), code, limits=QUICK)
    assert code_of(problem) == "E-LOCKED"
    assert joined_devices() == []
