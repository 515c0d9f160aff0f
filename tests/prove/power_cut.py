"""A power cut at any moment, replayed from what the app really asked of the disk: no saved contact is lost.

The app runs under strace. Its writes are replayed up to every point in time: all that was forced to disk is
there, of the rest some is there, some is torn at 512 bytes, some is not. Every such disk must open whole,
with the newest contact that had been called saved.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from caseworker.errors import Problem
from caseworker.storage import vault as vaults
from caseworker.storage.engine import database
from caseworker.storage.vault import NewVault
from tests.fixtures_vault import PHRASE

ROOT = Path(__file__).parent.parent.parent
STATES = 1500
SESSION = """
import os, sys, time
from pathlib import Path
from caseworker import storage
from caseworker.crypto.keys import KdfCost
from caseworker.domain.clients import Client
from caseworker.domain.contacts import Contact
from caseworker.storage import clients, contacts, vault
os.write(1, b"mark begin\\n")
opened = vault.open_vault(vault.unlock(Path(sys.argv[1]), sys.argv[2]))
client = storage.write(clients.save, Client(None, "", "Robin Marsh"))
for number in range(24):
    contact = Contact(None, "", client, None, int(time.time()) - 60, note=f"note {number}", minutes=5,
                      override_reason="Not asked yet")
    storage.write(contacts.save, contact)
    os.write(1, b"mark saved %d\\n" % (number + 1))
    if number % 8 == 5:
        storage.checkpoint()
opened.change_passphrase(sys.argv[2], sys.argv[3], KdfCost(64, 1, 1))
os.write(1, b"mark changed\\n")
opened.close()
os.write(1, b"mark closed\\n")
"""
NEW = "the other passphrase entirely 9"


@dataclass
class Event:
    kind: str  # write, cut, sync, rename, unlink, make, mark
    file: str = ""
    offset: int = 0
    data: bytes = b""
    other: str = ""


@dataclass
class Image:
    """What a disk holds: durable contents, and what was asked since each file was last forced."""

    files: dict[str, bytes]
    waiting: dict[str, list[Event]] = field(default_factory=dict)


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_power_cut_at_every_event(new_vault: NewVault, tmp_path: Path) -> None:
    start = {file.name: file.read_bytes() for file in new_vault.path.iterdir()}
    trace = tmp_path / "trace"
    done = subprocess.run(
        [
            *("strace", "-f", "-xx", "-s", "200000", "-o", str(trace), "-e"),
            "trace=openat,pwrite64,write,lseek,ftruncate,fsync,fdatasync,unlink,rename,close",
            *(sys.executable, "-c", SESSION, str(new_vault.path), PHRASE, NEW),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in done.stderr or "not permitted" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert done.returncode == 0, done.stderr[-2000:]
    events = read_trace(trace.read_text("latin-1"), new_vault.path)
    marks = sum(event.kind == "mark" for event in events)
    assert marks >= 26
    chance = random.Random(1)
    tried = lost = unopened = 0
    place = tmp_path / "image" / new_vault.path.name
    first = next(i for i, event in enumerate(events) if event.kind == "mark")
    points = list(range(first, len(events) + 1))
    while tried < STATES:
        point = points[tried % len(points)]
        files, saved, changed = disk_after(start, events[:point], chance)
        tried += 1
        verdict = judge(place, files, saved, changed)
        lost += verdict == "lost"
        unopened += verdict == "unopened"
    print(
        f"\npower_cut: {tried} disks at {len(points)} moments: {lost} lost a contact, {unopened} did not open whole"
    )
    assert (lost, unopened) == (0, 0)


def read_trace(text: str, folder: Path) -> list[Event]:
    """The events that touch the vault's folder, and what the app said, in order."""
    names: dict[tuple[str, int], str] = {}
    offsets: dict[tuple[str, int], int] = {}
    events: list[Event] = []
    unfinished: dict[str, str] = {}
    inside = str(folder)
    for line in text.splitlines():
        pid, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            unfinished[pid] = call[: -len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)$", call)
        if resumed:
            call = unfinished.pop(pid, "") + resumed.group(1)
        match = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", call)
        if not match or int(match.group(3)) < 0:
            continue
        name, arguments, result = match.group(1), match.group(2), int(match.group(3))
        strings = [
            bytes.fromhex(s.replace("\\x", "")) for s in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)
        ]
        numbers = re.findall(r"(?:^|, )(-?\d+)(?=,|$)", re.sub(r'"[^"]*"(\.\.\.)?', '""', arguments))
        descriptor = ("", int(numbers[0])) if numbers else ("", -1)
        if name == "openat":
            path = strings[0].decode() if strings else ""
            names.pop(("", result), None)
            if path.startswith(inside + "/") or path == inside:
                names[("", result)] = path[len(inside) + 1 :]
                offsets[("", result)] = 0
                if "O_TRUNC" in arguments or "O_CREAT" in arguments:
                    events.append(Event("make", path[len(inside) + 1 :], offset=int("O_TRUNC" in arguments)))
        elif name == "close":
            names.pop(descriptor, None)
        elif name == "write" and descriptor[1] == 1 and strings and strings[0].startswith(b"mark "):
            events.append(Event("mark", data=strings[0]))
        elif name in ("rename", "unlink"):
            paths = [string.decode() for string in strings]
            if paths[0].startswith(inside + "/"):
                short = [path[len(inside) + 1 :] for path in paths]
                events.append(Event(name, short[0], other=short[-1]))
        elif descriptor in names:
            file = names[descriptor]
            if name == "pwrite64":
                events.append(Event("write", file, int(numbers[-1]), strings[0][:result]))
            elif name == "write":
                events.append(Event("write", file, offsets[descriptor], strings[0][:result]))
                offsets[descriptor] += result
            elif name == "lseek":
                offsets[descriptor] = result
            elif name == "ftruncate":
                events.append(Event("cut", file, int(numbers[-1])))
            elif name in ("fsync", "fdatasync"):
                events.append(Event("sync", file))
    return events


def disk_after(
    start: dict[str, bytes], events: list[Event], chance: random.Random
) -> tuple[dict[str, bytes], int, bool]:
    """One disk that a power cut after ``events`` may leave; the contacts called saved; whether the passphrase was
    called changed. Names change durably when their folder is forced, or by chance before."""
    durable = dict(start)
    now = dict(start)
    waiting: dict[str, list[Event]] = {}
    moves: list[Event] = []
    saved, changed = 0, False
    for event in events:
        if event.kind == "mark":
            words = event.data.split()
            saved = int(words[2]) if words[1] == b"saved" else saved
            changed = changed or words[1] in (b"changed", b"closed")
        elif event.kind == "make":
            if event.offset or event.file not in now:
                now[event.file] = b""
                if event.file not in durable or event.offset:
                    durable.setdefault(event.file, b"")
                    if event.offset:
                        waiting.setdefault(event.file, []).append(Event("cut", event.file, 0))
        elif event.kind in ("write", "cut"):
            now[event.file] = applied(now.get(event.file, b""), event)
            waiting.setdefault(event.file, []).append(event)
        elif event.kind == "sync":
            if event.file == "":  # the folder: names are durable now
                for move in moves:
                    renamed(durable, waiting, move)
                moves = []
            else:
                durable[event.file] = now.get(event.file, b"")
                waiting[event.file] = []
        else:
            moves.append(event)
            if event.kind == "rename":
                now[event.other] = now.pop(event.file, b"")
            else:
                now.pop(event.file, None)
    for move in moves:  # in order: a journalling file system never keeps a later one without an earlier one
        if chance.random() < 0.5:
            break
        renamed(durable, waiting, move)
    for file, asked in waiting.items():
        for event in asked:
            luck = chance.random()
            if luck < 0.45:
                durable[file] = applied(durable.get(file, b""), event)
            elif luck < 0.6 and event.kind == "write":
                torn = Event(
                    "write", file, event.offset, event.data[: chance.randrange(0, len(event.data) + 1, 512)]
                )
                durable[file] = applied(durable.get(file, b""), torn)
    return durable, saved, changed


def renamed(durable: dict[str, bytes], waiting: dict[str, list[Event]], move: Event) -> None:
    if move.kind == "rename":
        durable[move.other] = durable.pop(move.file, b"")
        waiting[move.other] = waiting.pop(move.file, [])
    else:
        durable.pop(move.file, None)
        waiting.pop(move.file, None)


def applied(data: bytes, event: Event) -> bytes:
    if event.kind == "cut":
        return data[: event.offset].ljust(event.offset, b"\0")
    if not event.data:
        return data
    data = data.ljust(event.offset, b"\0")
    return data[: event.offset] + event.data + data[event.offset + len(event.data) :]


def judge(place: Path, files: dict[str, bytes], saved: int, changed: bool) -> str:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, data in files.items():
        if not name.endswith("-shm"):
            (place / name).write_bytes(data)
    opened = None
    for phrase in (NEW,) if changed else (PHRASE, NEW):
        try:
            opened = vaults.open_vault(vaults.unlock(place, phrase))
            break
        except Problem as problem:
            if problem.code != "E-PASS":
                return "unopened"
    if opened is None:
        return "unopened"
    try:
        count = database.execute_sql("SELECT count(*) FROM contact").fetchone()[0]
        if opened.alarm or opened.whole_check() != []:
            return "unopened"
        return "lost" if count < saved else "whole"
    finally:
        opened.close()
