"""``protect`` as an outside auditor would check it: from the people counted again and the file it wrote."""

from __future__ import annotations

import json
import os
import random
import stat
from pathlib import Path
from typing import Any

import pytest

from caseworker.tool import main

TABLES = "district*crime,district*need,age"
Cells = dict[tuple[str, ...], int | str]


def write_people(path: Path, count: int, seed: int = 1) -> list[dict[str, str]]:
    draw = random.Random(seed)
    people = [
        {
            "district": draw.choice(["Basildon"] * 6 + ["Harlow"] * 3 + ["Maldon"]),
            "crime": draw.choice(["stalking"] * 5 + ["assault"] * 4 + ["fraud", "FGM"]),
            "need": ";".join(
                draw.sample(["housing", "money", "health", "safety"], draw.choice([1, 1, 2, 3]))
            ),
            "age": draw.choice(["16-17", "18-24", "25-34", "35-44", "65+"]),
        }
        for _ in range(count)
    ]
    lines = [",".join(people[0]), *(",".join(person.values()) for person in people)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return people


def cells_of(table: dict[str, Any]) -> Cells:
    return {tuple(at): shown for at, shown in table["cells"]}


def true_count(people: list[dict[str, str]], dims: list[str], at: tuple[str, ...]) -> int:
    return sum(
        all(code == "*" or code in person[dim].split(";") for dim, code in zip(dims, at, strict=True))
        for person in people
    )


def protect(people: Path, out: Path, *more: str) -> int:
    return main(["protect", str(people), "--tables", TABLES, "--json", str(out), *more])


def test_three_people_are_published_safely_or_not_at_all(tmp_path: Path) -> None:
    """Every listed category has somebody in it, so with few people it depends on the draw whether that is safe."""
    write_people(tmp_path / "people.csv", 3)
    for number in range(8):
        key = tmp_path / f"{number}.key"
        key.write_text(f"{number:064x}\n")
        out = tmp_path / f"{number}.json"
        done = protect(tmp_path / "people.csv", out, "--key-file", str(key))
        assert done in (0, 1)
        assert out.exists() == (done == 0)


@pytest.mark.parametrize("count", [40, 250, 2_500])
def test_what_is_published_is_near_the_truth_adds_up_and_links(tmp_path: Path, count: int) -> None:
    people = write_people(tmp_path / "people.csv", count)
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    assert (
        protect(tmp_path / "people.csv", tmp_path / "release.json", "--key-file", str(tmp_path / "key")) == 0
    )
    release = json.loads((tmp_path / "release.json").read_text())
    assert [table["id"] for table in release["tables"]] == TABLES.split(",")
    quantities: dict[tuple[tuple[str, str], ...], int] = {}
    for table in release["tables"]:
        cells = cells_of(table)
        for at, shown in cells.items():
            assert isinstance(shown, int)
            assert shown % 5 == 0
            assert abs(shown - true_count(people, table["dims"], at)) < 5
            name = tuple(
                sorted((dim, code) for dim, code in zip(table["dims"], at, strict=True) if code != "*")
            )
            assert quantities.setdefault(name, shown) == shown
        for at, shown in cells.items():
            for axis, dim in enumerate(table["dims"]):
                if at[axis] != "*":
                    continue
                parts = [cells[(*at[:axis], code, *at[axis + 1 :])] for code in table["cats"][dim]]
                if table["additive"].get(dim) == "at_least_one":
                    assert max(parts) <= shown <= sum(parts)  # type: ignore[type-var, arg-type, operator]
                else:
                    assert sum(parts) == shown  # type: ignore[arg-type]
    assert release["tables"][1]["additive"] == {"need": "at_least_one"}


def test_the_key_is_made_once_for_the_owner_alone_and_used_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "people.csv", 300)
    out, key = tmp_path / "release.json", tmp_path / "release.json.key"
    assert protect(tmp_path / "people.csv", out) == 0
    assert "new key" in capsys.readouterr().err
    first, secret = out.read_bytes(), key.read_bytes()
    assert len(bytes.fromhex(secret.decode())) == 32
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for _ in range(3):
        assert protect(tmp_path / "people.csv", out) == 0
        assert out.read_bytes() == first
        assert key.read_bytes() == secret
    assert "new key" not in capsys.readouterr().err
    key.unlink()
    assert protect(tmp_path / "people.csv", out) == 0
    assert out.read_bytes() != first


def test_a_key_file_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_people(tmp_path / "people.csv", 300)
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    answers = []
    for name in ("one.json", "two.json"):
        assert protect(tmp_path / "people.csv", tmp_path / name, "--key-file", str(key)) == 0
        answers.append((tmp_path / name).read_bytes())
        assert not (tmp_path / f"{name}.key").exists()
    assert answers[0] == answers[1]
    key.write_bytes(b"short")
    assert protect(tmp_path / "people.csv", tmp_path / "three.json", "--key-file", str(key)) == 1
    assert "at least 16 random bytes" in capsys.readouterr().err
    assert not (tmp_path / "three.json").exists()


def test_without_a_place_for_the_key_nothing_is_rounded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "people.csv", 50)
    assert main(["protect", str(tmp_path / "people.csv"), "--tables", TABLES]) == 1
    assert "E-KEY" in capsys.readouterr().err


def test_the_house_style_hides_one_to_seven(tmp_path: Path) -> None:
    people = write_people(tmp_path / "people.csv", 400)
    assert protect(tmp_path / "people.csv", tmp_path / "release.json", "--style", "nhs") == 0
    release = json.loads((tmp_path / "release.json").read_text())
    assert (release["threshold"], release["conventional"], release["zeros_published"]) == (8, True, True)
    hidden = 0
    for table in release["tables"]:
        for at, shown in cells_of(table).items():
            true = true_count(people, table["dims"], at)
            if shown == "[c]":
                hidden += 1
                assert true > 0
            else:
                assert shown == 5 * round(true / 5)
                assert not 1 <= true <= 7
    assert hidden > 0
    assert not (tmp_path / "release.json.key").exists()


def test_protection_switched_off_fails_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "people.csv", 250)
    assert protect(tmp_path / "people.csv", tmp_path / "release.json", "--style", "off") == 1
    said = capsys.readouterr().err
    assert "Attack failed" in said
    assert not (tmp_path / "release.json").exists()


def test_what_is_said_holds_no_small_count_and_no_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_people(tmp_path / "people.csv", 250)
    protect(tmp_path / "people.csv", tmp_path / "release.json")
    said = capsys.readouterr()
    assert said.out == ""
    assert not any(word in said.err for word in ("Maldon", "FGM", "stalking"))


def test_a_file_that_cannot_be_used_gets_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("district,crime\nMarker-Name-1,x,y\n")
    assert protect(tmp_path / "people.csv", tmp_path / "release.json") == 1
    said = capsys.readouterr().err
    assert said.startswith("E-PEOPLE: ")
    assert said.count("\n") == 1
    assert "Marker" not in said
    assert (
        main(["protect", str(tmp_path / "none.csv"), "--tables", "a", "--json", str(tmp_path / "r.json")])
        == 1
    )
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["protect", str(tmp_path / "people.csv")])
    assert stopped.value.code == 2


def test_categories_that_are_listed_because_somebody_is_in_them_do_not_give_everybody_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nine ages with one person each. Where the total is shown as 5, it is at most 9, so every age is exactly 1.
    people = tmp_path / "people.csv"
    people.write_text("age\n" + "".join(f"age {number}\n" for number in range(9)), encoding="utf-8")
    ends = set()
    for draw in range(12):
        out, key = tmp_path / f"release-{draw}.json", tmp_path / f"key-{draw}"
        key.write_text(f"{draw:064x}\n", encoding="ascii")
        key.chmod(0o600)
        words = ["protect", str(people), "--tables", "age", "--key-file", str(key), "--json", str(out)]
        ends.add(main(words))
        if out.exists():
            total = dict(
                (tuple(at), shown) for at, shown in json.loads(out.read_text())["tables"][0]["cells"]
            )
            assert total[("*",)] > 5
    assert ends == {0, 1}
    assert "Nothing was written." in capsys.readouterr().err
