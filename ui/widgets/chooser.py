"""Choosing a file or a folder, with no list of places left outside the records."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

#: What Qt would keep of it between two starts: folders by name.
PLACES = ("history", "lastVisited", "shortcuts")


class FileChooser(QFileDialog):
    """A file or folder of this computer. Not the system's own chooser, which keeps a list of what was used lately;
    Qt's keeps one too, and it is emptied as soon as it is written.
    """

    def __init__(self, parent: QWidget, title: str, folder: str = "", kinds: tuple[str, ...] = ()) -> None:
        super().__init__(parent, title, folder)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setOption(QFileDialog.Option.DontUseNativeDialog)
        if kinds:
            self.setNameFilters(list(kinds))
        self.destroyed.connect(forget_places)


def forget_places() -> None:
    """Take out of Qt's own settings where somebody looked for files."""
    kept = QSettings(QSettings.Scope.UserScope, "QtProject")
    for name in PLACES:
        kept.remove(f"FileDialog/{name}")
    kept.sync()


def typed_place(text: str) -> Path:
    """The file or folder that somebody typed or pasted: ``~`` is their own folder, and quotation marks around it are
    none of it (Windows copies a path with them).
    """
    text = text.strip()
    if len(text) > 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    place = Path(text)
    with suppress(RuntimeError):  # a name that begins with ~ and is nobody's folder
        place = place.expanduser()
    return place.absolute()
