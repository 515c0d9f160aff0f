"""The documents stay true: links lead somewhere, commands exist, every threat names tests that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_documents_are_there() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    wanted = {
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/threats.md",
    }
    assert wanted <= names
    assert (ROOT / "LICENSE").exists()


def test_every_link_leads_somewhere() -> None:
    broken = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:|#", target) and not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_readme_names_every_word_of_run_and_no_other() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    words = set(re.findall(r"^([a-z]+)(?: \||\))", script.split('case "$word" in')[-1], re.MULTILINE)) - {
        "main",
        "help",
    }
    assert {"app", "hub", "tool", "journey", "test", "bench", "prove", "check", "audit"} <= words
    named = set(re.findall(r"`\./run ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"))) - {"help"}
    assert named == words


def test_run_is_plain_posix_shell() -> None:
    done = subprocess.run(["sh", "-n", str(ROOT / "run")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (ROOT / "run").read_text(encoding="utf-8").startswith("#!/bin/sh\n")


def test_every_threat_names_tests_that_exist() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "threats.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \d+ \|", line)
    ]
    assert len(rows) >= 27
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, len(rows) + 1))
    missing = []
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        tests = re.findall(r"`(tests/[^`]+)`", cells[-1])
        if not tests and "not built yet" not in cells[-1] and "outside" not in cells[-1]:
            missing.append(f"row {cells[0]} names no test")
        for test in tests:
            path, _, name = test.partition("::")
            if not (ROOT / path).exists() or (
                name and f"def {name}" not in (ROOT / path).read_text(encoding="utf-8")
            ):
                missing.append(f"row {cells[0]}: {test}")
    assert missing == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == sorted(set(numbers))
