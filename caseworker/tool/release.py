"""``release``: what has been or would be published, several files joined, in the auditor's format
RELEASE.json.

Reads releases and returns as they left, joins them, and attacks the whole as an outsider would: without the
truth.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from caseworker.errors import Problem
from caseworker.protect import release as release_
from caseworker.sync import summary
from caseworker.tool import DONE, NO, add_json, write_json


def add(parser: argparse.ArgumentParser) -> None:
    """The options of ``release``."""
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="releases, or returns as they left"
    )
    parser.add_argument("--no-attack", action="store_true", help="join only; do not attack the result")
    parser.add_argument("--exact", action="store_true", help="attack with whole-number bounds (slower)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Join, write, attack. 1 when the attack finds something; what was published is written all the same."""
    try:
        joined = release_.join([read(path) for path in args.files])
        write_json(args, msgspec.to_builtins(joined))
        if args.no_attack:
            return DONE
        found = release_.audit_release(joined, exact=args.exact)
    except release_.Unreadable as error:
        raise Problem("E-RELEASE", "{reason}", reason=str(error)) from None
    verdict = "passed" if found.passed else "failed"
    print(
        f"Attack {verdict} in {found.seconds:.2f} s: {len(joined.tables)} tables, {found.checked:,} cells "
        f"that may be small, {found.exact_small:,} exact, {found.few_small:,} with too few candidates, "
        f"{found.lines_not_adding:,} lines not adding up.",
        file=sys.stderr,
    )
    return DONE if found.passed else NO


def read(path: Path) -> release_.Release:
    """A release, or a return as it left, from a file.

    Raises:
        Problem: E-RELEASE when the file cannot be read; E-SUMMARY when it is a return that is not whole.
        Unreadable: it is neither.
    """
    try:
        with path.open("rb") as file:
            data = file.read(release_.MOST_BYTES + 1)
    except OSError:
        raise Problem("E-RELEASE", "{name} cannot be read. Check its name.", name=str(path)) from None
    if b'"essex-return"' in data[: summary.MOST_BYTES]:
        return of_return(summary.read(data))
    return release_.read(data)


def of_return(envelope: summary.Envelope) -> release_.Release:
    """A return in the auditor's format.

    The agency is a dimension of its own, so that several can be joined.
    """
    agency = envelope.agency
    tables = []
    for table in envelope.tables:
        one_way = bool(table.codes)
        cells = [([agency, code], number) for code, number in zip(table.codes, table.cells, strict=False)]
        total = [agency, release_.TOTAL] if one_way else [agency]
        tables.append(
            release_.Table(
                id=f"{table.id} {table.measure} {table.dim}"[:80],
                measure=table.measure,
                period=envelope.period,
                version=envelope.version,
                dims=["agency", table.dim] if one_way else ["agency"],
                cats={"agency": [agency]} | ({table.dim: list(table.codes)} if one_way else {}),
                cells=[*cells, (total, table.cells[-1])],
            )
        )
    return release_.Release(
        threshold=envelope.base,
        min_candidates=envelope.base - 1,
        rounding_base=envelope.base,
        conventional=False,
        zeros_published=False,
        suppressed_range=None,
        tables=tables,
    )
