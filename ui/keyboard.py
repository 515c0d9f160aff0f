"""Every key of the product in one table: what F1 shows, the palette lists, the window listens to."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence


@dataclass(frozen=True, slots=True)
class Binding:
    """``action`` names what the window does; empty when the control itself does it. ``keys`` as Qt spells."""

    action: str
    keys: tuple[str, ...]
    words: str
    group: str
    #: Offered by the palette (``>`` in the search box).
    listed: bool = True

    def shown_keys(self) -> str:
        """The keys as this computer writes them: Ctrl+K, or the Mac's signs."""
        native = QKeySequence.SequenceFormat.NativeText
        return ", ".join(QKeySequence(key).toString(native) or key for key in self.keys)


class Keyboard(QObject):
    """The table, in the language of the screen."""

    def table(self) -> tuple[Binding, ...]:
        go, do, look = self.tr("Go to"), self.tr("Do"), self.tr("See and hide")
        within = self.tr("Within a screen")
        return (
            Binding("search", ("Ctrl+K",), self.tr("Find a client. Start with > for a command"), go, False),
            Binding("today", ("Alt+1",), self.tr("Today"), go),
            Binding("clients", ("Alt+2",), self.tr("Clients"), go),
            Binding("returns", ("Alt+3",), self.tr("Returns"), go),
            Binding("outbox", ("Alt+4",), self.tr("Outbox"), go),
            Binding("team", ("Alt+6",), self.tr("Team"), go),
            Binding("settings", ("Alt+5", "Ctrl+,"), self.tr("Settings"), go),
            Binding("help", ("F1", "Ctrl+/"), self.tr("Help and shortcuts"), go),
            Binding("back", ("Alt+Left",), self.tr("Back to where you were"), go),
            Binding("next_pane", ("F6",), self.tr("Next part of the window"), go, False),
            Binding("previous_pane", ("Shift+F6",), self.tr("Part of the window before"), go, False),
            Binding("contact", ("Ctrl+J",), self.tr("Log a contact"), do),
            Binding("show_number", ("F2",), self.tr("Show the number for a minute"), do),
            Binding("new_client", ("Ctrl+N",), self.tr("New client"), do),
            Binding("save", ("Ctrl+Return", "Ctrl+Enter"), self.tr("Save the open form"), do, False),
            Binding("keep_draft", ("Ctrl+S",), self.tr("Save a draft now"), do, False),
            Binding(
                "undo",
                ("Ctrl+Z",),
                self.tr("Undo: typing first, then the last change of the record"),
                do,
                False,
            ),
            Binding("redo", ("Ctrl+Shift+Z",), self.tr("Do it again"), do, False),
            Binding("print_page", ("Ctrl+P",), self.tr("Print this"), do),
            Binding("export", ("Ctrl+E",), self.tr("Save a copy of the return on show"), do),
            Binding("sync", ("F5",), self.tr("Send what is waiting now"), do),
            Binding("lock", ("Ctrl+L",), self.tr("Lock"), look),
            Binding("hide", ("F12",), self.tr("Hide and lock at once, as does Shift 3 times"), look),
            Binding("larger", ("Ctrl++", "Ctrl+="), self.tr("Larger text"), look),
            Binding("smaller", ("Ctrl+-",), self.tr("Smaller text"), look),
            Binding("normal_size", ("Ctrl+0",), self.tr("Text at 100%"), look),
            Binding("close", ("Esc",), self.tr("Close the panel and keep the draft"), within, False),
            *(
                Binding(
                    f"tab_{n}", (f"Ctrl+{n}",), self.tr("Tab {n} of the client").format(n=n), within, False
                )
                for n in range(1, 10)
            ),
            Binding("", (), self.tr("In a choice: arrows, or the first letter"), within, False),
            Binding("", (), self.tr("In a table: arrows, Enter opens, Home and End"), within, False),
        )

    def find(self, text: str, team: bool = True) -> list[Binding]:
        """Bindings whose words or keys hold every word of the text, any case; without a ``team``, none to its board."""
        wanted = text.casefold().split()
        return [
            binding
            for binding in self.table()
            if (team or binding.action != "team")
            and all(word in f"{binding.words} {binding.shown_keys()}".casefold() for word in wanted)
        ]
