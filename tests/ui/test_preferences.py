from __future__ import annotations

import json
from pathlib import Path

import pytest

from ui import preferences
from ui.preferences import Preferences


def test_what_is_chosen_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.json"
    chosen = Preferences("dark", 1.5, True, 2, "AAAA")
    preferences.save(file, chosen)
    assert preferences.load(file) == chosen
    assert [p.name for p in file.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("text", ["", "not json", "[1]", "null", '"dark"'])
def test_a_damaged_file_counts_as_no_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    assert preferences.load(file) == Preferences()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"), ("theme", 3), ("scale", 7), ("scale", "big"), ("scale", True), ("easier", 1),
        ("idle_minutes", 0), ("idle_minutes", 600), ("idle_minutes", 5.5), ("geometry", 4), ("geometry", "x" * 5000),
    ],
)  # fmt: skip
def test_one_value_out_of_bounds_costs_only_itself(tmp_path: Path, name: str, value: object) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark", "idle_minutes": 10} | {name: value, "unknown": 1}))
    loaded = preferences.load(file)
    assert getattr(loaded, name) == getattr(Preferences(), name)
    assert (loaded.theme, loaded.idle_minutes).count(Preferences().theme) <= 1


def test_text_size_goes_up_and_down_in_steps_and_stops_at_the_ends() -> None:
    sizes = [Preferences()]
    while sizes[-1].larger() != sizes[-1]:
        sizes.append(sizes[-1].larger())
    assert [p.scale for p in sizes] == list(preferences.SCALES)
    assert sizes[-1].smaller().scale == preferences.SCALES[-2]
    assert sizes[0].smaller() == sizes[0]


def test_a_folder_that_cannot_be_written_costs_the_choice_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    preferences.save(tmp_path / "file" / "settings.json", Preferences())
