"""What is typed stays in the vault: marks typed into every field are found in no file afterwards.

The control: while the vault is open the same search finds the same marks in the process's memory, and in a file planted
for it, so a search that finds nothing is not a search that cannot find.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journey import marks
from tests.journey.parts import ROOT, environment
from ui.launcher import LOCKED

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="reads another process's memory through /proc"
)


def test_marks_typed_into_every_field_are_in_no_file(tmp_path: Path) -> None:
    home, temp, user = (tmp_path / name for name in ("home", "temp", "user"))
    for folder in (home, temp, user):
        folder.mkdir(exist_ok=True)
    secret = secrets.token_hex(16)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"secret": secret, "phrase": "lantern otter seven windmill quilt 58"}))
    places = environment(
        home, TMPDIR=str(temp), HOME=str(user), XDG_CONFIG_HOME=str(user), XDG_CACHE_HOME=str(user),
        XDG_DATA_HOME=str(user), XDG_STATE_HOME=str(user), XDG_RUNTIME_DIR=str(temp),
    )  # fmt: skip
    log = tmp_path / "typing.log"
    with log.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.journey.drive", str(plan), "marking"],
            env=places, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    fields: list[str] = []
    in_memory: set[str] = set()
    for raw in child.stdout:
        fact: dict[str, Any] = json.loads(raw)
        assert fact["what"] != "failed", fact["words"]
        if fact["what"] == "marked":
            fields.append(fact["field"])
        elif fact["what"] == "look":
            in_memory |= marks.found_in_memory([marks.whole(secret, field) for field in fields], child.pid)
            child.stdin.write(b"\n")
            child.stdin.flush()
    code = child.wait(30)
    child.stdin.close()
    child.stdout.close()
    assert code == LOCKED, log.read_text(errors="replace")[-2000:]

    typed = {marks.whole(secret, field): field for field in fields}
    assert len(fields) >= 25, fields
    # The control: most of what was typed stood in the open process
    assert len(in_memory) > len(typed) / 2, [typed[mark] for mark in in_memory]
    names = {typed[mark] for mark in in_memory}
    assert any("Name or alias" in name for name in names)
    assert any(name.endswith("Note") for name in names)

    found = marks.found_in_files(typed, [home, temp, user])
    assert found == {}, {typed[mark]: paths for mark, paths in found.items()}
    assert log.read_bytes() == b"" or not marks.found_in_files(typed, [tmp_path])


def test_the_search_finds_a_mark_in_every_form(tmp_path: Path) -> None:
    mark = marks.whole("secret", "field")
    import base64

    planted = {
        "plain": mark.encode(),
        "wide": mark.encode("utf-16-le"),
        "capitals": mark.upper().encode(),
        "hex": mark.encode().hex().encode(),
        "base64": base64.b64encode(b"xy" + mark.encode() + b"z"),
        "other": b"nothing of the kind",
    }
    for name, data in planted.items():
        (tmp_path / name).write_bytes(b"before" + data + b"after")
    (tmp_path / f"{mark}.txt").write_bytes(b"")
    found = marks.found_in_files([mark], [tmp_path])[mark]
    assert {path.name for path in found} == {*planted, f"{mark}.txt"} - {"other"}
