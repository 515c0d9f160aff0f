"""Several people in one vault: each with her own way in and her own keys, nobody able to pass for another."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from caseworker import storage
from caseworker.crypto import header as hdr
from caseworker.crypto import keys, sealing, signing
from caseworker.crypto.header import Header, PersonKeys
from caseworker.errors import Problem, Refused
from caseworker.storage import audit, backup, throttle
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault, OpenVault, Person, unlocking
from tests.fixtures_vault import CHEAP, PHRASE

BOLA, CHEN = "seven otters under a copper bridge", "a violet ladder beside eleven drums"


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def add(vault: OpenVault, name: str, phrase: str, role: str = "advocate") -> str:
    return vault.add_person(PHRASE, name, role, phrase, CHEAP)


def opened(folder: Path, phrase: str = PHRASE) -> OpenVault:
    throttle.clear(folder)
    return vaults.open_vault(vaults.unlock(folder, phrase))


def visit(folder: Path, phrase: str) -> str:
    """Open and lock once, as a colleague does; her name."""
    held = opened(folder, phrase)
    if held.slot_is_stale:
        held.make_slot_again(CHEAP)
    assert held.warnings == []
    held.close()
    return held.worker.name


def named(vault: OpenVault, name: str) -> Person:
    return next(one for one in vault.people() if one.worker.name == name)


def header(folder: Path) -> Header:
    return vaults.read_header(folder)[0]


@pytest.fixture
def three(vault: OpenVault) -> dict[str, str]:
    """Amina (open), Bola and Chen, each of whom has opened the vault since all were in it. Name -> recovery code."""
    codes = {"Bola": add(vault, "Bola", BOLA), "Chen": add(vault, "Chen", CHEN, "supervisor")}
    vault.close()
    for phrase in (BOLA, CHEN, PHRASE):
        visit(vault.path, phrase)
    return codes


# --- adding -------------------------------------------------------------------------------------------------


def test_a_colleague_opens_the_vault_as_herself(vault: OpenVault) -> None:
    code = add(vault, "Bola Adeyemi", BOLA, "counsellor")
    assert vault.whole_check() == []
    vault.close()
    hers = opened(vault.path, BOLA)
    assert (hers.worker.name, hers.worker.role) == ("Bola Adeyemi", "counsellor")
    assert database.worker == hers.worker
    seq = storage.write(audit.append, "change", "setting", 0)
    assert database.execute_sql("SELECT worker FROM audit WHERE seq = ?", (seq,)).fetchone() == (
        hers.worker.uid,
    )
    hers.close()
    vaults.unlock_with_recovery(vault.path, code).discard()
    assert visit(vault.path, PHRASE) == "Amina Okafor"
    assert vaults.verify(vault.path, BOLA) == vaults.verify(vault.path, PHRASE) == []


def test_a_colleague_with_the_vault_open_cannot_sign_as_her(vault: OpenVault) -> None:
    add(vault, "Bola", BOLA)
    bola = named(vault, "Bola").worker
    said = vault.sign("note", b"said")
    signing.verify(vault.worker.sign_key, "note", b"said", said)
    with pytest.raises(signing.BadSignature):
        signing.verify(bola.sign_key, "note", b"said", said)
    found = header(vault.path)
    for slot in found.slots:
        if slot.opened_by == hdr.PASS and slot.id not in vault._own_slots():
            with pytest.raises(keys.WrongKey):
                hdr.open_slot(found, slot, PHRASE)


def test_her_private_keys_are_in_the_clear_nowhere(vault: OpenVault) -> None:
    add(vault, "Bola", BOLA)
    vault.close()
    unlocked = vaults.unlock(vault.path, BOLA)
    secrets = [bytes(unlocked.person.sign), bytes(unlocked.person.receive), bytes(unlocked.vmk)]
    unlocked.discard()
    assert not [
        file.name
        for file in vault.path.iterdir()
        for secret in secrets
        if secret in (data := file.read_bytes()) or secret.hex().encode() in data
    ]


def test_what_is_missing_is_said_and_nobody_is_added(vault: OpenVault) -> None:
    before = header(vault.path)
    with pytest.raises(Refused) as refused:
        vault.add_person(PHRASE, "  ", "boss", BOLA, CHEAP)
    assert set(refused.value.problems) == {"name", "role"}
    with pytest.raises(Refused) as refused:
        vault.add_person(PHRASE, "amina okafor", "advocate", BOLA, CHEAP)
    assert set(refused.value.problems) == {"name"}
    assert code_of(lambda: vault.add_person("wrong", "Bola", "advocate", BOLA, CHEAP)) == "E-PASS"
    throttle.clear(vault.path)
    with pytest.raises(Refused) as refused:
        vault.add_person(PHRASE, "Bola", "advocate", PHRASE, CHEAP)
    assert "Choose another passphrase" in str(refused.value.problems["passphrase"])
    assert header(vault.path) == before
    assert [one.worker.name for one in vault.people()] == ["Amina Okafor"]


def test_a_weak_passphrase_of_a_colleague_is_refused_in_a_real_vault(tmp_path: Path) -> None:
    made = vaults.create(
        tmp_path / "real", passphrase=PHRASE, worker_name="A", role="advocate", agency="A07", cost=CHEAP
    )
    held = opened(made.path)
    with pytest.raises(Refused) as refused:
        held.add_person(PHRASE, "Bola", "advocate", "password", CHEAP)
    assert set(refused.value.problems) == {"passphrase"}
    held.close()


def test_eight_people_fit_and_the_ninth_is_told(vault: OpenVault) -> None:
    for number in range(7):
        add(vault, f"Colleague {number}", f"{BOLA} {number}")
    assert len(header(vault.path).slots) == 16
    assert code_of(lambda: add(vault, "One more", CHEN)) == "E-PEOPLE-FULL"
    assert (vault.path / "vault.hdr").stat().st_size < 40_000
    vault.close()
    assert visit(vault.path, f"{BOLA} 6") == "Colleague 6"


def test_only_leads_give_and_take_ways_in_once_there_is_one(three: dict[str, str], vault: OpenVault) -> None:
    amina = opened(vault.path)
    bola = named(amina, "Bola").worker
    assert code_of(lambda: add(amina, "Dee", "a drum beside seven violet ladders")) == "E-NOT-LEAD"
    assert code_of(lambda: amina.remove_person(PHRASE, bola.uid)) == "E-NOT-LEAD"
    amina.close()
    chen = opened(vault.path, CHEN)
    chen.remove_person(CHEN, bola.uid)
    assert code_of(lambda: chen.remove_person(CHEN, bola.uid)) == "E-GONE"
    assert code_of(lambda: chen.remove_person(CHEN, chen.worker.uid)) == "E-OWN-WAY"
    chen.close()


# --- her own passphrase -------------------------------------------------------------------------------------


def test_each_changes_her_own_passphrase_and_nobody_elses(three: dict[str, str], vault: OpenVault) -> None:
    bola = opened(vault.path, BOLA)
    new = "nine grey herons behind a mill"
    assert code_of(lambda: bola.change_passphrase(PHRASE, new, CHEAP)) == "E-PASS"
    throttle.clear(vault.path)
    with pytest.raises(Refused):
        bola.change_passphrase(BOLA, CHEN, CHEAP)
    bola.change_passphrase(BOLA, new, CHEAP)
    bola.close()
    assert code_of(lambda: vaults.unlock(vault.path, BOLA)) == "E-PASS"
    assert [visit(vault.path, phrase) for phrase in (new, CHEN, PHRASE)] == ["Bola", "Chen", "Amina Okafor"]
    for code in three.values():
        vaults.unlock_with_recovery(vault.path, code).discard()


def test_her_sheet_opens_as_her_and_renews_only_hers(three: dict[str, str], vault: OpenVault) -> None:
    held = vaults.open_vault(vaults.unlock_with_recovery(vault.path, three["Bola"]))
    assert held.worker.name == "Bola"
    new = "nine grey herons behind a mill"
    code = held.renew_after_recovery(new, CHEAP)
    held.close()
    assert [visit(vault.path, phrase) for phrase in (new, CHEN)] == ["Bola", "Chen"]
    vaults.unlock_with_recovery(vault.path, code).discard()
    vaults.unlock_with_recovery(vault.path, three["Chen"]).discard()


# --- unlocking ----------------------------------------------------------------------------------------------


def test_the_last_used_way_in_is_tried_first_and_only_a_number_is_remembered(
    three: dict[str, str], vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(vault.path, CHEN)
    remembered = (vault.path / unlocking.LAST).read_text()
    assert remembered in {slot.id for slot in header(vault.path).slots}
    tried: list[str] = []
    real = hdr.open_slot

    def counted(found: Header, slot: hdr.Slot, secret: str | bytes) -> tuple[bytearray, PersonKeys]:
        tried.append(slot.id)
        return real(found, slot, secret)

    monkeypatch.setattr(hdr, "open_slot", counted)
    vaults.unlock(vault.path, CHEN).discard()
    assert tried == [remembered]
    tried.clear()
    assert code_of(lambda: vaults.unlock(vault.path, "wrong")) == "E-PASS"
    assert sorted(tried) == sorted(slot.id for slot in header(vault.path).opened_by(hdr.PASS))
    assert tried[0] == remembered


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"\xff" * 32, b"00" * 16])
def test_a_spoilt_memory_of_the_last_way_in_is_only_slower(
    three: dict[str, str], vault: OpenVault, content: bytes
) -> None:
    (vault.path / unlocking.LAST).write_bytes(content)
    assert [visit(vault.path, phrase) for phrase in (BOLA, CHEN)] == ["Bola", "Chen"]


def test_a_vault_of_one_person_stays_readable_for_the_first_version(vault: OpenVault) -> None:
    assert header(vault.path).min_app == 1
    assert not (vault.path / unlocking.LAST).exists()
    add(vault, "Bola", BOLA)
    assert header(vault.path).min_app == 2


# --- leaving ------------------------------------------------------------------------------------------------


def test_somebody_removed_cannot_open_it_and_stays_named_in_what_she_wrote(
    three: dict[str, str], vault: OpenVault
) -> None:
    bola = opened(vault.path, BOLA)
    storage.write(audit.append, "change", "setting", 0)
    bola.close()
    chen = opened(vault.path, CHEN)
    chen.remove_person(CHEN, bola.worker.uid)
    gone = named(chen, "Bola")
    assert not gone.opens
    assert gone.removed
    assert chen.whole_check() == []
    chen.close()
    assert code_of(lambda: vaults.unlock(vault.path, BOLA)) == "E-PASS"
    assert code_of(lambda: vaults.unlock_with_recovery(vault.path, three["Bola"])) == "E-RECOVERY"
    throttle.clear(vault.path)
    assert vaults.verify(vault.path, CHEN) == []
    assert database.deferred


def test_a_copy_taken_before_stays_readable_to_her_which_the_screen_says(
    three: dict[str, str], vault: OpenVault, tmp_path: Path
) -> None:
    shutil.copytree(vault.path, tmp_path / "copy" / vault.path.name)
    chen = opened(vault.path, CHEN)
    chen.remove_person(CHEN, named(chen, "Bola").worker.uid)
    chen.close()
    assert visit(tmp_path / "copy" / vault.path.name, BOLA) == "Bola"


# --- a new key ----------------------------------------------------------------------------------------------


def test_after_a_renewal_everybody_opens_and_the_old_key_opens_nothing(
    three: dict[str, str], vault: OpenVault, new_vault: NewVault
) -> None:
    before = vaults.unlock(vault.path, PHRASE)
    old_vmk, old_header = bytearray(before.vmk), before.header
    before.discard()
    steps: list[int] = []
    vaults.renew(vault.path, PHRASE, cost=CHEAP, progress=lambda step: steps.append(step[1]))
    assert steps == sorted(steps)
    assert len(steps) > 5
    found = header(vault.path)
    assert (found.epoch, found.db, found.generation) == (2, "vault-0002.db", old_header.generation + 1)
    assert [slot.type for slot in found.slots].count("envelope") == 5
    assert sorted(file.name for file in vault.path.iterdir()) == [
        "anchor-0002", "vault-0002.db", "vault.hdr", "vault.hdr.1", "vault.lock"
    ]  # fmt: skip
    with pytest.raises(hdr.Tampered):
        hdr.check_mac((vault.path / "vault.hdr").read_bytes(), found, old_vmk)
    assert vaults.verify(vault.path, BOLA) == []
    assert [visit(vault.path, phrase) for phrase in (BOLA, CHEN, PHRASE)] == ["Bola", "Chen", "Amina Okafor"]
    found = header(vault.path)
    assert {slot.type for slot in found.opened_by(hdr.PASS)} == {"pass"}
    assert {slot.type for slot in found.opened_by(hdr.RECOVERY)} == {"envelope"}
    for code in (*three.values(), new_vault.recovery_code):
        held = vaults.unlock_with_recovery(vault.path, code)
        held.discard()
    assert vaults.verify(vault.path, CHEN) == []


def test_a_removal_with_a_new_key_is_one_step(three: dict[str, str], vault: OpenVault) -> None:
    chen = opened(vault.path, CHEN)
    bola = named(chen, "Bola").worker
    chen.close()
    vaults.renew(vault.path, CHEN, without=bola.uid, cost=CHEAP)
    assert code_of(lambda: vaults.unlock(vault.path, BOLA)) == "E-PASS"
    assert code_of(lambda: vaults.unlock_with_recovery(vault.path, three["Bola"])) == "E-RECOVERY"
    assert [visit(vault.path, phrase) for phrase in (CHEN, PHRASE)] == ["Chen", "Amina Okafor"]
    again = opened(vault.path, CHEN)
    assert not named(again, "Bola").opens
    assert again.whole_check() == []
    again.close()


def test_nobody_takes_her_own_way_in_away_with_a_new_key(three: dict[str, str], vault: OpenVault) -> None:
    chen = opened(vault.path, CHEN)
    uid = chen.worker.uid
    chen.close()
    assert code_of(lambda: vaults.renew(vault.path, CHEN, without=uid, cost=CHEAP)) == "E-OWN-WAY"
    assert header(vault.path).epoch == 1
    assert [visit(vault.path, phrase) for phrase in (CHEN, BOLA, PHRASE)] == ["Chen", "Bola", "Amina Okafor"]


def test_it_can_be_renewed_again_and_again_by_different_people(
    three: dict[str, str], vault: OpenVault
) -> None:
    for number, phrase in enumerate((PHRASE, BOLA, CHEN, PHRASE), 2):
        vaults.renew(vault.path, phrase, cost=CHEAP)
        assert header(vault.path).epoch == number
        if number % 2:
            visit(vault.path, BOLA)
    assert [visit(vault.path, phrase) for phrase in (BOLA, CHEN, PHRASE)] == ["Bola", "Chen", "Amina Okafor"]
    for code in three.values():
        vaults.unlock_with_recovery(vault.path, code).discard()
    assert vaults.verify(vault.path, PHRASE) == []


def test_a_sheet_still_opens_after_whoever_renewed_the_key_has_left(
    three: dict[str, str], vault: OpenVault, new_vault: NewVault
) -> None:
    vaults.renew(vault.path, BOLA, cost=CHEAP)
    visit(vault.path, PHRASE)
    chen = opened(vault.path, CHEN)
    chen.remove_person(CHEN, named(chen, "Bola").worker.uid)
    chen.close()
    visit(vault.path, PHRASE)
    for code in (three["Chen"], new_vault.recovery_code):
        vaults.open_vault(vaults.unlock_with_recovery(vault.path, code)).close()


def test_a_vault_of_one_person_can_have_a_new_key_too(new_vault: NewVault) -> None:
    vaults.renew(new_vault.path, PHRASE, cost=CHEAP)
    assert visit(new_vault.path, PHRASE) == "Amina Okafor"
    held = vaults.open_vault(vaults.unlock_with_recovery(new_vault.path, new_vault.recovery_code))
    code = held.renew_after_recovery(BOLA, CHEAP)
    held.close()
    vaults.unlock_with_recovery(new_vault.path, code).discard()
    assert visit(new_vault.path, BOLA) == "Amina Okafor"


def test_nobody_takes_an_envelope_from_someone_she_has_not_met(vault: OpenVault) -> None:
    add(vault, "Bola", BOLA)
    vault.close()
    visit(vault.path, BOLA)
    amina = opened(vault.path)
    add(amina, "Chen", CHEN)
    amina.close()
    visit(vault.path, CHEN)
    assert code_of(lambda: vaults.renew(vault.path, CHEN, cost=CHEAP)) == "E-NOT-MET"
    assert header(vault.path).epoch == 1
    vaults.renew(vault.path, PHRASE, cost=CHEAP)  # Bola knows Amina
    assert [visit(vault.path, phrase) for phrase in (BOLA, CHEN)] == ["Bola", "Chen"]
    vaults.renew(vault.path, CHEN, cost=CHEAP)  # and has met Chen now; so has Amina
    assert [visit(vault.path, phrase) for phrase in (BOLA, PHRASE)] == ["Bola", "Amina Okafor"]


def test_old_files_put_back_are_never_renewed_or_cleared_away(new_vault: NewVault, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(new_vault.path, copy)
    vaults.renew(new_vault.path, PHRASE, cost=CHEAP)
    visit(new_vault.path, PHRASE)
    newest = (new_vault.path / "vault-0002.db").read_bytes()
    for file in copy.iterdir():
        shutil.copyfile(file, new_vault.path / file.name)
    assert code_of(lambda: vaults.renew(new_vault.path, PHRASE, cost=CHEAP)) == "E-ROLLBACK"
    held = opened(new_vault.path)
    assert held.alarm
    assert "newer case file" in str(held.warnings[0])
    assert (new_vault.path / "vault-0002.db").read_bytes() == newest
    held.acknowledge()
    held.close()
    (evidence,) = new_vault.path.glob("vault-0002.db.evidence-*")
    assert evidence.read_bytes() == newest
    assert visit(new_vault.path, PHRASE) == "Amina Okafor"


def test_an_older_case_file_put_back_is_not_renewed_into_the_newest(new_vault: NewVault) -> None:
    file = new_vault.path / "vault-0001.db"
    older = file.read_bytes()
    held = opened(new_vault.path)
    storage.write(audit.append, "change", "setting", 1)
    held.close()
    file.write_bytes(older)
    assert code_of(lambda: vaults.renew(new_vault.path, PHRASE, cost=CHEAP)) == "E-ROLLBACK"
    assert header(new_vault.path).epoch == 1
    warned = opened(new_vault.path)
    assert warned.alarm
    warned.close()


def test_a_damaged_page_stops_a_renewal_and_nothing_is_changed(new_vault: NewVault) -> None:
    held = opened(new_vault.path)
    for number in range(60):
        storage.write(
            database.execute_sql,
            "INSERT INTO setting (key, value) VALUES (?, ?)",
            (f"long {number}", "words " * 500),
        )
    held.close()
    file = new_vault.path / "vault-0001.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert code_of(lambda: vaults.renew(new_vault.path, PHRASE, cost=CHEAP)) == "E-DB-DAMAGED"
    assert header(new_vault.path).epoch == 1
    assert not (new_vault.path / "vault-0002.db").exists()


def test_an_older_backup_still_restores_with_the_passphrases_of_its_day(
    vault: OpenVault, tmp_path: Path
) -> None:
    file = tmp_path / "old.casebak"
    backup.make(vault, file)
    vault.close()
    vaults.renew(vault.path, PHRASE, cost=CHEAP)
    held = opened(vault.path)
    assert code_of(lambda: backup.drill(held, file)) == "E-BACKUP-OLD-KEY"
    fresh = tmp_path / "new.casebak"
    backup.make(held, fresh)
    backup.drill(held, fresh)
    held.close()
    assert backup.check(file, passphrase=PHRASE) == backup.check(fresh, passphrase=PHRASE) == []
    back = backup.restore(fresh, tmp_path / "back", passphrase=PHRASE)
    assert visit(back.path, PHRASE) == "Amina Okafor"


# --- the envelope attack ------------------------------------------------------------------------------------


def test_a_vault_made_for_somebody_from_her_contact_card_is_not_opened(
    three: dict[str, str], vault: OpenVault
) -> None:
    """Everything a thief of the folder and of her card can build: her own slot from her header, a key of the vault
    that he made, sealed to her receiving key, a right MAC. Only the signature of a colleague is not to be had.
    """
    found = header(vault.path)
    chen = opened(vault.path, CHEN)
    bola = named(chen, "Bola").worker
    owners = {slot.id: slot for slot in found.opened_by(hdr.PASS)}
    hers = next(slot for slot_id, slot in owners.items() if slot_id in _slots_of(bola.uid))
    chen.close()
    before = {file.name: file.read_bytes() for file in vault.path.iterdir()}
    for sign in (bytearray(os.urandom(32)), bytearray(hashlib.sha256(b"attacker").digest())):
        attacker = PersonKeys(sign, bytearray(sealing.new_receive_key()[0]))
        vmk = os.urandom(32)
        for kept in (hers, _without_members(hers), _members_swapped(hers)):
            forged = hdr.in_envelope(found.vault, 2, kept, bola.receive_key, vmk, attacker)
            data = hdr.write(replace(found, epoch=2, db="vault-0002.db").next((forged,)), vmk)
            (vault.path / "vault.hdr").write_bytes(data)
            shutil.copyfile(vault.path / "vault-0001.db", vault.path / "vault-0002.db")
            throttle.clear(vault.path)
            with pytest.raises(Problem) as caught:
                vaults.unlock(vault.path, BOLA)
            assert caught.value.code == "E-HDR-TAMPERED"
            assert "Nothing has been opened" in str(caught.value)
            assert database.deferred
    (vault.path / "vault-0002.db").unlink()
    for name, data in before.items():
        (vault.path / name).write_bytes(data)
    assert visit(vault.path, BOLA) == "Bola"


def test_an_envelope_by_a_colleague_she_saw_is_the_positive_control(
    three: dict[str, str], vault: OpenVault
) -> None:
    vaults.renew(vault.path, PHRASE, cost=CHEAP)
    throttle.clear(vault.path)
    vaults.unlock(vault.path, BOLA).discard()


def test_an_envelope_is_bound_to_vault_epoch_and_slot(three: dict[str, str], vault: OpenVault) -> None:
    vaults.renew(vault.path, PHRASE, cost=CHEAP)
    found = header(vault.path)
    unlocked = vaults.unlock(vault.path, BOLA)
    slot = next(slot for slot in found.slots if slot.id == unlocked.slot_id)
    assert slot.type == "envelope"
    vmk, _ = hdr.open_envelope(found.vault, slot, unlocked.person)
    assert vmk == unlocked.vmk
    changed = [
        (found.vault, hdr.Slot({**slot.fields, "epoch": 3})),
        (found.vault, hdr.Slot({**slot.fields, "id": "0" * 32})),
        ("0" * 36, slot),
    ]
    sealed = bytearray.fromhex(slot.fields["sealed"])
    for at in range(0, len(sealed), 7):
        flipped = bytes(b ^ (1 if i == at else 0) for i, b in enumerate(sealed))
        changed.append((found.vault, hdr.Slot({**slot.fields, "sealed": flipped.hex()})))
    for name, other in changed:
        with pytest.raises(hdr.Tampered):
            hdr.open_envelope(name, other, unlocked.person)
    unlocked.discard()


def _slots_of(uid: str) -> set[str]:
    rows = database.execute_sql(
        "SELECT substr(key, 6) FROM meta WHERE key LIKE 'slot:%' AND value = ?", (uid,)
    )
    return {slot_id for (slot_id,) in rows.fetchall()}


def _without_members(slot: hdr.Slot) -> hdr.Slot:
    return hdr.Slot({name: value for name, value in slot.fields.items() if name != "members"})


def _members_swapped(slot: hdr.Slot) -> hdr.Slot:
    """A list that the attacker wrote with the only key he has, his own."""
    stranger = PersonKeys(bytearray(os.urandom(32)), bytearray(os.urandom(32)))
    return hdr.with_members("", slot, stranger, [os.urandom(32)])
