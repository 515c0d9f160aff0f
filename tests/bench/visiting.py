"""Every screen, every tab of a client's record and every form, opened one after the other in a provider's vault.

``python -m tests.bench.visiting ROOT`` prints one JSON line: of each visit, in two rounds, how long until all of it
stood there, further down too, and the longest time the thread of the windows was held up meanwhile. With ``--seen``
also how long until what is in view stood there: the window is looked at whenever it was told to paint, in a walk of its
own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QScrollBar

import ui.main
from tests.bench.walking import Do, Until, Walk
from tests.journey.hands import Hands

QUIET = 0.45  # seconds without anything late: it stands there
LATE = 0.006  # seconds; what is less nobody could tell from a timer's own unrest
ROUNDS = 2
FORMS = (
    "safe_contact", "client", "equality", "referral", "episode", "justice_event", "chase", "court_order", "claim",
    "consent", "action", "goal", "onward_referral", "feedback_offer", "child", "perpetrator", "professional",
    "safety_item", "safeguarding", "incident", "marac_referral",
)  # fmt: skip
REPORTS = ("chronology", "safety-plan", "support-letter")


@dataclass
class Visited:
    """One visit, in seconds of the clock; ``busy``: of the processor, which other programs do not stretch."""

    what: str
    began: float
    seen: float = 0.0  # how long until what is in view changed for the last time
    last: float = 0.0  # when it was last held up
    longest: float = 0.0  # held up at a time
    busy: float = 0.0  # computing, in all
    busiest: float = 0.0  # computing at a time


class Visit(Walk):
    """A walk that also notes when each step began, when something was last seen to change and when it was last held
    up.
    """

    def __init__(self, desk: Any, steps: Iterator[Do | Until], look: bool) -> None:
        self.visits: list[Visited] = []
        super().__init__(desk, steps)
        self._desk = desk
        self._look = look
        self._looking = 0.0  # seconds of this visit that looking took
        self._picture = QImage()
        self._painted = False  # since the last look
        desk.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setCursorFlashTime(0)  # a cursor that blinks is no news

    def begin(self, what: str) -> None:
        self._looking = 0.0
        self.visits.append(Visited(what, time.perf_counter()))

    def quiet(self) -> Callable[[], bool]:
        began = time.perf_counter()

        def over() -> bool:
            last = self.visits[-1].last if self.visits else 0.0
            return time.perf_counter() - max(began, last) > QUIET

        return over

    def _see(self) -> None:
        """Whether the window looks otherwise than before. Not its scroll bars: they tell how much there is."""
        began, here = time.perf_counter(), self.visits[-1]
        picture = QApplication.primaryScreen().grabWindow(self._desk.winId()).toImage()
        painter = QPainter(picture)
        for bar in self._desk.findChildren(QScrollBar):
            if bar.isVisible():
                at = bar.mapTo(self._desk, QPoint(0, 0))
                painter.fillRect(at.x(), at.y(), bar.width(), bar.height(), Qt.GlobalColor.black)
        painter.end()
        if picture != self._picture:
            self._picture = picture
            here.seen = began - here.began - self._looking
        self._looking += time.perf_counter() - began
        self._mark()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Sent to the window whenever a part of it is to be painted.
        self._painted = self._painted or event.type() == QEvent.Type.UpdateRequest
        return False

    def _beat(self) -> None:
        super()._beat()
        _, late, busy = self.blocks[-1]
        if self.visits and late > LATE:
            here = self.visits[-1]
            here.last = time.perf_counter()
            here.longest = max(here.longest, late)
            here.busiest = max(here.busiest, busy)
            here.busy += busy
        if self.visits and self._look and self._painted:
            self._painted = False
            self._see()

    def _end(self, failed: str) -> None:
        told = [
            (
                one.what,
                one.seen,
                max(0.0, (one.last or one.began) - one.began),
                one.longest,
                one.busy,
                one.busiest,
            )
            for one in self.visits
        ]
        print(json.dumps({"failed": failed, "visits": told}), flush=True)
        os._exit(1 if failed else 0)


def visits(desk: Any, walk: list[Visit]) -> Iterator[Do | Until]:
    """The visits, twice: the first time to each is the first since the app was opened."""
    from caseworker.storage.records import fetch
    from ui.screens.client.drafts import FORMS as KNOWN
    from ui.screens.client.drafts import form_for
    from ui.screens.client.instruments import InstrumentForm
    from ui.screens.report import Wanted
    from ui.session import Place
    from ui.window import SCREENS

    session, hands = desk.session, Hands()
    most, second = _fullest(fetch)
    open_set = fetch(
        "SELECT id, client_id FROM answer_set WHERE signed = 0 AND worker_id = ? LIMIT 1",
        (session.vault.worker.id,),
    )

    def visit(what: str, act: Callable[[], object]) -> Iterator[Do | Until]:
        def begun() -> None:
            walk[0].begin(what)
            act()

        yield Do(what, begun)
        yield Until(what, lambda: time.perf_counter() - walk[0].visits[-1].began > 0.05)
        yield Until(what, walk[0].quiet())

    def go(name: str, arg: Any = None) -> Callable[[], object]:
        return lambda: desk.window_.go(Place(name, arg))

    def page() -> Any:
        return desk.window_.current()

    def tab(at: int) -> None:
        page().show_tab(at)

    def begin(key: str) -> None:
        page().open_form(form_for(session, key))

    def fill_in(client_id: int, set_id: int) -> None:
        page().open_form(InstrumentForm(session, client_id, set_id))

    yield Until("Today", lambda: hands.find_button("Log a contact"))
    yield Until("settling", walk[0].quiet())
    for turn in range(ROUNDS):
        last = ", again" if turn else ""
        for name in SCREENS:
            if name not in ("client", "contact", "report", "erase"):
                yield from visit(f"{name}{last}", go(name))
        for whose, client_id in (("the fullest client", most), ("another client", second)):
            yield from visit(f"{whose}{last}", go("client", client_id))
            for at in range(1, page().bar.count()):
                yield from visit(f"{whose}: {page().bar.tabText(at)}{last}", partial(tab, at))
        yield from visit(f"log a contact{last}", lambda: desk.window_.open_panel(most))
        yield from visit(f"close it{last}", lambda: desk.window_.panel.close_panel())
        for noun in FORMS:
            if noun in KNOWN:
                yield from visit(f"form {noun}{last}", partial(begin, f"{noun}:{most}"))
                yield from visit(f"close form {noun}{last}", lambda: page().close_form())
        for set_id, client_id in open_set:
            yield from visit(f"its client{last}", go("client", client_id))
            yield from visit(f"form with 24 items{last}", partial(fill_in, client_id, set_id))
            yield from visit(f"close it again{last}", lambda: page().close_form())
        for kind in REPORTS:
            yield from visit(f"report {kind}{last}", go("report", Wanted(kind, most)))


def _fullest(fetch: Callable[..., list[tuple[Any, ...]]]) -> tuple[int, int]:
    """The client about whom most is kept, and one in the middle."""
    rows = fetch(
        "SELECT client_id, (SELECT count(*) FROM contact c WHERE c.client_id = e.client_id) + 10 *"
        " (SELECT count(*) FROM answer_set a WHERE a.client_id = e.client_id) AS much"
        " FROM episode e WHERE closed = '' ORDER BY much DESC, client_id"
    )
    return rows[0][0], rows[len(rows) // 2][0]


def main() -> None:
    """Open the vault, wait until the pages are made ahead, then visit."""
    ui.main.lean.leave_hub_out()
    from caseworker.storage import vault as vaults
    from tests.bench.vaults import PHRASE
    from ui.ahead import Ahead
    from ui.sweeping import Sweeper

    root = Path(sys.argv[1])
    desk = ui.main.build_window(root)
    Sweeper(desk, Ahead(desk).is_done)
    desk.resize(1280, 800)
    desk.show()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    while app.focusWidget() is None:  # somebody would have typed a passphrase here first
        app.processEvents()
    found = vaults.find(root)
    assert found is not None
    desk.open_window(vaults.open_vault(vaults.unlock(found, PHRASE)))

    def begin() -> None:
        walk: list[Visit] = []
        steps = visits(desk, walk)
        walk.append(Visit(desk, steps, "--seen" in sys.argv))

    QTimer.singleShot(2500, begin)
    app.exec()


if __name__ == "__main__":
    main()
