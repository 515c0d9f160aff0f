"""What encryption costs: the statements of everyday work, replayed on the same library with and without a
key."""

from __future__ import annotations

from caseworker import storage
from caseworker.domain import plans
from caseworker.domain.periods import Period
from caseworker.storage import clients, contacts, episodes, history, referrals, returns, safe_contacts
from caseworker.storage.records import fetch
from tests.bench import vaults
from tests.bench.figures import Figure, Ground, median, p95, side_by_side, spread, timed
from tests.bench.saving import a_contact
from tests.bench.search import VISIBLE, typed
from tests.bench.vaults import Statement

READ_BAR, COMMIT_BAR = 1.10, 1.7


def run(ground: Ground) -> list[Figure]:
    """Search, open a record, count a quarter, commit: encrypted over plain."""
    with vaults.opened(ground, ground.contacts):
        files = {name: ground.folder / f"bare-{name}.db" for name in ("plain", "encrypted")}
        plain = vaults.bare_copy(files["plain"], encrypted=False)
        locked = vaults.bare_copy(files["encrypted"], encrypted=True)
        if not vaults.is_plain(files["plain"]) or vaults.is_plain(files["encrypted"]):
            raise RuntimeError("the two copies are not one plain and one encrypted")
        reads = {"search, 60 names letter by letter": _searches(), "open a record, 60 clients": _records()}
        reads["a quarter's return"] = _return()
        saves = _saves(120)
    figures = []
    for what, statements in reads.items():
        rounds = 15 if len(statements) > 50 else 9
        with_key, without = side_by_side(
            vaults.replay(locked, statements), vaults.replay(plain, statements), rounds
        )
        figures.append(
            Figure(
                f"{what}: encrypted ÷ plain", median(with_key) / median(without), "×", READ_BAR,
                detail=f"{spread(with_key)} ÷ {spread(without)}, {ground.contacts:,} contacts",
            )
        )  # fmt: skip
    with_key, without = [], []
    for turn, statements in enumerate(saves):
        pair = [(locked, with_key), (plain, without)]
        for connection, times in pair if turn % 2 else reversed(pair):
            times.append(
                timed(
                    lambda connection=connection, statements=statements: vaults.commit(connection, statements)
                )
            )
    figures.append(
        Figure(
            "a commit: encrypted ÷ plain", median(with_key) / median(without), "×", COMMIT_BAR,
            detail=f"{spread(with_key)} ÷ {spread(without)}; p95 ratio {p95(with_key) / p95(without):.2f}",
        )
    )  # fmt: skip
    plain.close()
    locked.close()
    return figures


def _searches() -> list[Statement]:
    texts = typed()
    with vaults.recorded() as statements:
        for text in texts:
            clients.rows(clients.search(text, open_only=False).ids[:VISIBLE])
    return statements


def _records() -> list[Statement]:
    ids = [row[0] for row in fetch("SELECT id FROM client ORDER BY id")]
    with vaults.recorded() as statements:
        for client_id in ids[:: max(1, len(ids) // 60)][:60]:
            clients.get(client_id)
            safe_contacts.for_client(client_id)
            referrals.for_client(client_id)
            episodes.for_client(client_id)
            contacts.for_client(client_id)
            history.for_client(client_id, 50)
    return statements


def _return() -> list[Statement]:
    with vaults.recorded() as statements:
        returns.count(plans.load("essex-2025"), Period.of(vaults.TODAY).previous())
    return statements


def _saves(count: int) -> list[list[Statement]]:
    found = []
    for number in range(count):
        with vaults.recorded() as statements:
            storage.write(contacts.save, a_contact(number))
        found.append(
            [one for one in statements if not one[0].upper().startswith(("BEGIN", "COMMIT", "PRAGMA"))]
        )
    return found
