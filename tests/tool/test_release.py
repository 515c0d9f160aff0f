"""``release`` joins what left and attacks it as an outsider would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caseworker.sync import summary
from caseworker.tool import main
from tests.tool.test_protect import protect, write_people

HEX = "ab" * 32


def write_return(
    path: Path, *, agency: str = "A07", period: str = "2025-26Q1", cells: tuple[int, ...] = (5, 15, 20)
) -> None:
    table = summary.Table(id="T1.sex", measure="clients", dim="sex", codes=("F", "M"), merged={}, cells=cells)
    table_2 = summary.Table(id="T1", measure="clients", dim="all", codes=(), merged={}, cells=cells[-1:])
    path.write_bytes(
        summary.build(
            plan=f"sha256:{HEX}", org="ESSEX", agency=agency, period=period, version=1, geo="2023-04",
            lists={"sex": "1"}, tables=[table, table_2], made="2025-07", to=HEX, device="cd" * 16, seq=1,
            audit_commit=HEX,
        )
    )  # fmt: skip


def test_a_return_becomes_a_release_with_its_agency_as_a_dimension(tmp_path: Path) -> None:
    write_return(tmp_path / "a.json")
    assert main(["release", str(tmp_path / "a.json"), "--json", str(tmp_path / "release.json")]) == 0
    release = json.loads((tmp_path / "release.json").read_text())
    assert (release["rounding_base"], release["threshold"], release["min_candidates"]) == (5, 5, 4)
    assert [table["id"] for table in release["tables"]] == ["T1.sex clients sex", "T1 clients all"]
    assert release["tables"][0]["dims"] == ["agency", "sex"]
    assert release["tables"][0]["cells"] == [[["A07", "F"], 5], [["A07", "M"], 15], [["A07", "*"], 20]]
    assert release["tables"][1]["cells"] == [[["A07"], 20]]


def test_returns_of_several_agencies_and_quarters_are_joined(tmp_path: Path) -> None:
    files = []
    for agency in ("A07", "A08"):
        for period in ("2025-26Q1", "2025-26Q2"):
            files.append(tmp_path / f"{agency}{period}.json")
            write_return(files[-1], agency=agency, period=period)
    out = tmp_path / "release.json"
    assert main(["release", *map(str, files), str(files[0]), "--json", str(out)]) == 0
    assert len(json.loads(out.read_text())["tables"]) == 8
    assert main(["release", str(out)]) == 0


def test_what_protect_wrote_survives_the_outsiders_attack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "people.csv", 250)
    for style in ("rounding", "nhs"):
        out = tmp_path / f"{style}.json"
        assert protect(tmp_path / "people.csv", out, "--style", style) == 0
        capsys.readouterr()
        assert main(["release", str(out), "--exact"]) == 0
        assert "Attack passed" in capsys.readouterr().err
    assert main(["release", str(tmp_path / "rounding.json"), str(tmp_path / "nhs.json")]) == 1
    assert "different rules" in capsys.readouterr().err


def test_a_release_of_true_small_counts_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_people(tmp_path / "people.csv", 250)
    out = tmp_path / "release.json"
    key = tmp_path / "key"
    key.write_text("5a" * 32 + "\n")  # a known key: chance decides which numbers show as 5
    assert protect(tmp_path / "people.csv", out, "--key-file", str(key)) == 0
    release = json.loads(out.read_text()) | {"rounding_base": 0}
    for table in release["tables"]:
        table["cells"] = [[at, 3 if shown == 5 else shown] for at, shown in table["cells"]]
    out.write_text(json.dumps(release))
    assert main(["release", str(out)]) == 1
    assert "Attack failed" in capsys.readouterr().err


def test_a_file_that_is_neither_gets_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text('{"format":"essex-return"}')
    assert main(["release", str(tmp_path / "x.json")]) == 1
    assert capsys.readouterr().err.startswith("E-SUMMARY: ")
    (tmp_path / "y.json").write_text("{}")
    assert main(["release", str(tmp_path / "y.json")]) == 1
    assert capsys.readouterr().err.startswith("E-RELEASE: ")
    assert main(["release", str(tmp_path / "none.json")]) == 1
    assert "cannot be read" in capsys.readouterr().err
