"""How the product looks: three sets of colours, one sheet of style rules, the letters, the icons.

The only place with colours and sizes. Every pair of colours in CONTRAST reaches WCAG 2.2 AA in every theme;
a test computes them. ``px`` and ``font`` follow the text size the person chose (100 to 200%).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QWidget,
)

from resources import path

ThemeName = Literal["light", "dark", "contrast"]
PRODUCT = "Caseworker"
CARD_RADIUS = 10

LIGHT = {
    "bg": "#f3f5f4",
    "surface": "#ffffff",
    "subtle": "#eaefee",
    "hover": "#e2e9e8",
    "line": "#d3dbd9",
    "field": "#6b7977",
    "ink": "#17211f",
    "muted": "#4a5957",
    "primary": "#0e5a60",
    "primary_hover": "#0a474c",
    "on_primary": "#ffffff",
    "soft": "#dfeeee",
    "on_soft": "#0b474c",
    "high": "#fbe3e0",
    "on_high": "#8a1b16",
    "medium": "#fdeccc",
    "on_medium": "#654000",
    "standard": "#e2ebf5",
    "on_standard": "#1d4772",
    "safe": "#dff0e3",
    "on_safe": "#1b5530",
    "ring_in": "#ffd23f",
    "ring_out": "#17211f",
}
DARK = {
    "bg": "#141a1a",
    "surface": "#1d2525",
    "subtle": "#253030",
    "hover": "#2d3a3a",
    "line": "#364444",
    "field": "#8fa3a1",
    "ink": "#eef3f2",
    "muted": "#b7c6c4",
    "primary": "#7fd0d3",
    "primary_hover": "#9ddfe1",
    "on_primary": "#06282b",
    "soft": "#1b3e41",
    "on_soft": "#b4e6e8",
    "high": "#4a201d",
    "on_high": "#ffc9c2",
    "medium": "#463310",
    "on_medium": "#ffdd9c",
    "standard": "#20364d",
    "on_standard": "#c3ddfa",
    "safe": "#1c3f29",
    "on_safe": "#b6e8c5",
    "ring_in": "#ffd23f",
    "ring_out": "#000000",
}
CONTRAST_THEME = {
    "bg": "#000000",
    "surface": "#000000",
    "subtle": "#000000",
    "hover": "#1a1a1a",
    "line": "#ffffff",
    "field": "#ffffff",
    "ink": "#ffffff",
    "muted": "#ffffff",
    "primary": "#ffe600",
    "primary_hover": "#fff27a",
    "on_primary": "#000000",
    "soft": "#000000",
    "on_soft": "#ffe600",
    "high": "#000000",
    "on_high": "#ffffff",
    "medium": "#000000",
    "on_medium": "#ffffff",
    "standard": "#000000",
    "on_standard": "#ffffff",
    "safe": "#000000",
    "on_safe": "#ffffff",
    "ring_in": "#00e5ff",
    "ring_out": "#000000",
}
THEMES: dict[str, dict[str, str]] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST_THEME}

TINTS = ("high", "medium", "standard", "safe")

#: (foreground, background, least ratio) that holds in every theme: WCAG 2.2, 1.4.3 and 1.4.11.
CONTRAST: tuple[tuple[str, str, float], ...] = (
    *(
        (ink, ground, 4.5)
        for ink in ("ink", "muted")
        for ground in ("bg", "surface", "subtle", "hover", "soft")
    ),
    *(("primary", ground, 4.5) for ground in ("bg", "surface", "subtle", "hover")),
    ("on_primary", "primary", 4.5),
    ("on_primary", "primary_hover", 4.5),
    *(("on_soft", ground, 4.5) for ground in ("soft", "surface")),
    *(("on_" + tint, tint, 4.5) for tint in TINTS),
    *(("on_" + tint, ground, 4.5) for tint in TINTS for ground in ("surface", "bg", "soft")),
    ("field", "surface", 3.0),
    ("field", "bg", 3.0),
    ("ring_in", "ring_out", 3.0),
)

#: role: points at 100% text, and weight. Body is what a plain label gets.
ROLES: dict[str, tuple[float, QFont.Weight]] = {
    "body": (10.5, QFont.Weight.Normal),
    "strong": (10.5, QFont.Weight.DemiBold),
    "small": (10.0, QFont.Weight.Normal),
    "chip": (9.75, QFont.Weight.DemiBold),
    "label": (9.75, QFont.Weight.DemiBold),
    "lead": (11.0, QFont.Weight.Normal),
    "name": (11.0, QFont.Weight.DemiBold),
    "card": (12.0, QFont.Weight.DemiBold),
    "section": (13.0, QFont.Weight.DemiBold),
    "panel": (14.0, QFont.Weight.DemiBold),
    "figure": (15.0, QFont.Weight.DemiBold),
    "brand": (16.0, QFont.Weight.DemiBold),
    "title": (19.0, QFont.Weight.DemiBold),
    "figures": (10.5, QFont.Weight.Normal),
    "reference": (10.0, QFont.Weight.Normal),
}
#: Numbers under one another and references: every digit as wide as the next.
TABULAR = ("figures", "reference")


@dataclass(frozen=True, slots=True)
class Look:
    """What the person chose: the set of colours, the text size (1.0 to 2.0), the easier letters."""

    name: str = "light"
    scale: float = 1.0
    easier: bool = False

    @property
    def colours(self) -> dict[str, str]:
        return THEMES[self.name]

    @property
    def family(self) -> str:
        return "Atkinson Hyperlegible Next" if self.easier else "Inter"


_look = Look()


def look() -> Look:
    """The look in use."""
    return _look


def apply(app: QApplication, name: str = "light", scale: float = 1.0, easier: bool = False) -> Look:
    """Put the look on the whole application. What is built already keeps its sizes until built again."""
    global _look
    wanted = Look(name if name in THEMES else "light", min(2.0, max(1.0, scale)), easier)
    if wanted == _look and app.styleSheet():
        return _look
    _look = wanted
    _load_letters(_look.family)
    app.setFont(font("body"))
    app.setPalette(_palette())
    app.setStyleSheet(_sheet())
    return _look


def colour(token: str) -> QColor:
    """The colour with that name in the theme in use."""
    return QColor(_look.colours[token])


def px(n: float) -> int:
    """That many pixels at 100% text, at the text size in use. Never less than 1, and 0 stays 0."""
    return max(1, round(n * _look.scale)) if n else 0


def font(role: str = "body") -> QFont:
    """The letters for that role (see ROLES), at the text size in use."""
    points, weight = ROLES[role]
    letters = QFont(_look.family)
    letters.setPointSizeF(points * _look.scale)
    letters.setWeight(weight)
    if role in TABULAR:
        letters.setFeature(QFont.Tag.fromString("tnum"), 1)
    return letters


def pixmap(name: str, token: str = "ink", size: float = 18, gap: float = 0) -> QPixmap:
    """A Lucide icon in a colour of the theme.

    ``gap`` widens it on the right: a styled button fixes icon to text at 4 px.
    """
    screen = QApplication.primaryScreen()
    ratio = screen.devicePixelRatio() if screen else 1.0
    return _draw(name, _look.colours.get(token, token), px(size), px(gap), ratio)


def icon(name: str, token: str = "ink", size: float = 18, gap: float = 0) -> QIcon:
    """As ``pixmap``, for buttons, tabs and lists. When disabled it is as quiet as the words beside it."""
    screen = QApplication.primaryScreen()
    return _icon(name, token, size, gap, _look, screen.devicePixelRatio() if screen else 1.0)


@functools.lru_cache(maxsize=512)
def _icon(name: str, token: str, size: float, gap: float, _in: Look, _ratio: float) -> QIcon:
    drawn = pixmap(name, token, size, gap)
    made = QIcon(drawn)
    made.addPixmap(pixmap(name, "muted", size, gap), QIcon.Mode.Disabled)
    made.addPixmap(drawn, QIcon.Mode.Selected)
    return made


def width(text: str, role: str) -> int:
    """Pixels those words take on one line in the letters of that role."""
    return _metrics(role, _look).horizontalAdvance(text)


@functools.lru_cache(maxsize=64)
def _metrics(role: str, _in: Look) -> QFontMetrics:
    return QFontMetrics(font(role))


def icon_size(size: float = 18, gap: float = 0) -> QSize:
    """What to give ``setIconSize`` for an icon drawn at that size."""
    return QSize(px(size) + px(gap), px(size))


@functools.lru_cache(maxsize=512)
def _draw(name: str, ink: str, side: int, gap: int, ratio: float) -> QPixmap:
    svg = path("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", ink)
    tall, wide = round(side * ratio), round((side + gap) * ratio)
    drawn = QPixmap(wide, tall)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, tall, tall))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


_loaded: set[str] = set()


def _load_letters(family: str) -> None:
    if family in _loaded:
        return
    folder = path("fonts", "easier") if family.startswith("Atkinson") else path("fonts")
    for file in sorted(folder.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))
    _loaded.add(family)


def _palette() -> QPalette:
    role = QPalette.ColorRole
    made = QPalette()
    for which, token in (
        (role.Window, "bg"),
        (role.WindowText, "ink"),
        (role.Base, "surface"),
        (role.AlternateBase, "bg"),
        (role.Text, "ink"),
        (role.Button, "surface"),
        (role.ButtonText, "ink"),
        (role.BrightText, "ink"),
        (role.Highlight, "primary"),
        (role.HighlightedText, "on_primary"),
        (role.PlaceholderText, "muted"),
        (role.ToolTipBase, "ink"),
        (role.ToolTipText, "surface"),
        (role.Link, "primary"),
        (role.LinkVisited, "primary"),
        (role.Mid, "line"),
        (role.Accent, "primary"),
    ):
        made.setColor(which, colour(token))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, colour("muted"))
    return made


def restyle(widget: QWidget) -> None:
    """Read the style rules again after a property they look at has changed."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # they are read when it comes on show
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def line(parent: QWidget | None = None) -> QFrame:
    """A hair line across."""
    rule = QFrame(parent)
    rule.setObjectName("rule")
    rule.setFixedHeight(1)
    return rule


def _sheet() -> str:
    sizes = {
        "s1": px(4),
        "s2": px(8),
        "s3": px(12),
        "s4": px(16),
        "r1": 6,
        "r2": CARD_RADIUS,
        "b3": 3,
        "control": px(34),
        "pill": px(30),
        "target": px(26),
        "side": px(40),
        "scroller": px(56),  # two arrows beside the tabs where they do not all fit
        "tile": px(64),
        "pill_on": px(30) - 2,
        "pill_right": px(8) - 1,
        "pill_left": px(4) - 1,
        "chip_r": px(12),
        "combo": px(26),
        "chevron": str(path("icons")).replace("\\", "/"),
        "chip_edge": "1px solid" if _look.name == "contrast" else "0 solid",
    }
    return path("style.qss").read_text(encoding="utf-8").format(**_look.colours, **sizes)
