"""Pinned keys are held fast and alarms are remembered."""

from __future__ import annotations

from caseworker import storage
from caseworker.storage import pins
from caseworker.storage.pins import Pins
from caseworker.storage.vault import OpenVault

FIRST = Pins(
    org="ESSEX", org_name="The commissioner’s office", agency="A07", agency_name="Hotline", hub="https://hub.example",
    kid="1" * 64, seal_key="2" * 64, receipt_key="3" * 64, root_key="4" * 64, policy=1, plan="sha256:" + "5" * 64,
    bundle="6" * 64,
)  # fmt: skip


def actions() -> list[str]:
    return [row[0] for row in storage.database.execute_sql("SELECT action FROM audit WHERE noun = 'pin'")]


def test_nothing_is_pinned_in_a_new_vault(vault: OpenVault):
    assert pins.pinned() is None
    assert not pins.confirmed()
    assert pins.alarm() == ""


def test_what_was_pinned_is_found_again_and_pinning_it_twice_writes_nothing(vault: OpenVault):
    storage.write(pins.pin, FIRST)
    storage.write(pins.pin, FIRST)
    assert pins.pinned() == FIRST
    assert actions() == ["pin"]


def test_new_pins_need_a_new_confirmation(vault: OpenVault):
    storage.write(pins.pin, FIRST)
    storage.write(pins.confirm, b"first")
    assert pins.confirmed()
    storage.write(pins.pin, Pins(**{**{name: getattr(FIRST, name) for name in FIRST.__slots__}, "policy": 2}))
    assert not pins.confirmed()
    assert pins.pinned().policy == 2


def test_an_alarm_is_written_once_and_stays(vault: OpenVault):
    storage.write(pins.raise_alarm, "rollback")
    storage.write(pins.raise_alarm, "rollback")
    assert pins.alarm() == "rollback"
    assert actions() == ["alarm"]
