"""Made-up people and the twelve linked tables that the design's figures are about: 1,519 cells, each once."""

from __future__ import annotations

import numpy as np

from caseworker.protect.linked import Linked

DIMENSIONS = {
    "district": 14, "crime": 18, "need": 8, "age": 8, "ethnicity": 19, "sex": 2, "risk": 3, "referral": 8,
}  # fmt: skip
TABLES = [
    ("district", "crime"), ("district", "need"), ("district", "age"), ("district", "ethnicity"),
    ("age", "ethnicity"), ("crime", "need"), ("age", "sex"), ("crime", "sex"), ("crime", "risk"),
    ("referral", "district"), ("sex", "ethnicity"), ("age", "crime"),
]  # fmt: skip


def draw_people(count: int, seed: int) -> dict[str, np.ndarray]:
    """``count`` people, each dimension skewed as casework is: few common answers, many rare ones."""
    random = np.random.default_rng(seed)
    people = {}
    for name, size in DIMENSIONS.items():
        weights = 1 / (1 + np.arange(size)) ** random.uniform(0.5, 1.6)
        people[name] = random.choice(size, size=count, p=weights / weights.sum())
    return people


def linked_tables(count: int, seed: int = 1) -> Linked:
    """The twelve tables over ``count`` people, with every total."""
    people = draw_people(count, seed)
    names: list[str] = ["all"]
    values: list[int] = [count]
    lines: list[tuple[int, list[int]]] = []
    margins: dict[str, list[int]] = {}

    def place(name: str, value: int) -> int:
        names.append(name)
        values.append(int(value))
        return len(names) - 1

    for name, size in DIMENSIONS.items():
        counts = np.bincount(people[name], minlength=size)
        margins[name] = [place(f"{name}={code}", counts[code]) for code in range(size)]
        lines.append((0, margins[name]))
    for first, second in TABLES:
        width = DIMENSIONS[second]
        counts = np.bincount(people[first] * width + people[second], minlength=DIMENSIONS[first] * width)
        inner = [
            [
                place(f"{first}={row},{second}={column}", counts[row * width + column])
                for column in range(width)
            ]
            for row in range(DIMENSIONS[first])
        ]
        lines += [(margins[first][row], cells) for row, cells in enumerate(inner)]
        lines += [(margins[second][column], [cells[column] for cells in inner]) for column in range(width)]
    return Linked(names, values, lines)


def table(rows: list[list[int]]) -> Linked:
    """One table with row totals, column totals and the total: cells first, row by row; then rows, columns,
    total."""
    height, width = len(rows), len(rows[0])
    names = [f"{row},{column}" for row in range(height) for column in range(width)]
    values = [value for row in rows for value in row]
    row_totals = [len(names) + row for row in range(height)]
    names += [f"{row},*" for row in range(height)]
    values += [sum(row) for row in rows]
    column_totals = [len(names) + column for column in range(width)]
    names += [f"*,{column}" for column in range(width)]
    values += [sum(row[column] for row in rows) for column in range(width)]
    names.append("*,*")
    values.append(sum(map(sum, rows)))
    lines = [(row_totals[row], [row * width + column for column in range(width)]) for row in range(height)]
    lines += [
        (column_totals[column], [row * width + column for row in range(height)]) for column in range(width)
    ]
    lines += [(len(names) - 1, row_totals), (len(names) - 1, column_totals)]
    return Linked(names, values, lines)
