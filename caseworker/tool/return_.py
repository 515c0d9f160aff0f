"""``return``: a period's return as it would leave, or (``--exact``) the true counts, for the terminal alone."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from caseworker import storage, tool
from caseworker.domain import plans
from caseworker.domain.periods import Period
from caseworker.domain.plans import DIMENSIONS, MEASURES, TABLE_TITLES, Plan, code_label
from caseworker.domain.returns import ALL, Counts
from caseworker.errors import Problem
from caseworker.storage import audit, vault
from caseworker.storage.vault import OpenVault
from caseworker.sync import returns
from caseworker.sync.returns import Prepared


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--vault", type=Path, required=True, metavar="DIR", help="the vault, or the folder it is in"
    )
    parser.add_argument("--period", required=True, help="the period, such as 2025-26Q1")
    parser.add_argument("--plan", default="essex-2025", metavar="NAME|FILE", help="the return plan")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="the true counts, on this terminal only; leaves a trace in the audit",
    )
    tool.add_passphrase(parser)
    tool.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Open the vault, count, and show it."""
    period, plan = Period.parse(args.period), plans.load(args.plan)
    folder = tool.vault_in(args.vault)
    opened = vault.open_vault(vault.unlock(folder, tool.read_passphrase(args)))
    try:
        if args.exact:
            return _exact(args, opened, period, plan)
        prepared = returns.prepare(period, plan, to=returns.unaddressed(plan, opened.agency))
        _write_payload(args, prepared)
        if args.json != tool.STDOUT:
            _print_return(prepared)
        return tool.DONE
    finally:
        opened.close()


def _exact(args: argparse.Namespace, opened: OpenVault, period: Period, plan: Plan) -> int:
    if args.json is not None and not opened.synthetic:
        raise Problem(
            "E-EXACT-FILE",
            "Exact counts of real people are shown on the terminal only. Leave out --json, or leave out --exact.",
        )
    if not opened.synthetic and not sys.stdout.isatty():
        raise Problem(
            "E-EXACT-FILE",
            "Exact counts of real people are shown on the terminal only. Do not redirect them.",
        )
    storage.write(audit.append, "exact", "return", 0, detail={"period": str(period)})
    counts = returns.count(period, plan)
    tool.write_json(args, {"synthetic": opened.synthetic} | counts.as_json())
    if args.json != tool.STDOUT:
        _print_exact(counts, plan)
    return tool.DONE


def _write_payload(args: argparse.Namespace, prepared: Prepared) -> None:
    """The exact bytes, so that what is in the file is what would be signed."""
    if args.json is None:
        return
    if args.json == tool.STDOUT:
        sys.stdout.write(prepared.payload.decode("ascii") + "\n")
        return
    try:
        handle = os.open(args.json, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(prepared.payload)
    except OSError:
        raise Problem(
            "E-DISK", "{name} could not be written. Choose another place.", name=args.json
        ) from None


def _print_return(prepared: Prepared) -> None:
    print(f"Return for {prepared.period.label}, version {prepared.version}, as it would leave")
    print(
        f"Rounded to {prepared.plan.base} so that nobody can be recognised: 0 means 0 to {prepared.plan.base - 1}.\n"
    )
    for table in prepared.cells.tables:
        label = str(MEASURES[table.measure].label)
        shown = [prepared.shown[cell] for cell in table.cells]
        if table.dim == ALL:
            print(f"{table.id}  {label:<42}{shown[-1]:>9,}")
            continue
        print(f"{table.id}  {label}: {DIMENSIONS[table.dim].label}")
        for code, number in zip(table.codes, shown, strict=False):
            print(f"      {code_label(table.dim, code):<40}{number:>9,}")
    print()
    for sentence in prepared.left_out:
        print(sentence)
    low, high = prepared.audit.tightest
    print(f"Attacked: {prepared.audit.checked} small numbers, {len(prepared.audit.failing)} fail.", end=" ")
    print(f"The tightest thing anyone can work out is between {low} and {high}.")
    print(f"{len(prepared.payload):,} bytes, SHA-256 {prepared.sha256}")


def _print_exact(counts: Counts, plan: Plan) -> None:
    print(f"EXACT counts for {counts.period.label}: for this screen only, never to be passed on")
    print(f"{counts.people:,} people in the period\n")
    for table in plan.tables:
        print(f"{table.id}  {TABLE_TITLES[table.id]}")
        for measure in table.measures:
            print(f"      {MEASURES[measure].label!s:<40}{counts.totals[measure]:>9,}")
        for cut in table.cuts:
            for measure in cut.measures:
                found = {code: number for code, number in counts.cells[measure, cut.dim].items() if number}
                if found:
                    print(f"  {MEASURES[measure].label}, {cut.dim}:", end=" ")
                    print(
                        ", ".join(f"{code_label(cut.dim, code)} {number:,}" for code, number in found.items())
                    )
