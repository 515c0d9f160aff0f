"""Sentences made in the core, in the words of the person at the screen.

The core says ``words("Safe to call now, until {time}", time="11am")``; here the template is looked up in the
translation and the values are put in afterwards.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from caseworker.words import Words


def say(sentence: Words | str) -> str:
    """The sentence in the language of the screen; plain text passes through unchanged."""
    if isinstance(sentence, str):
        return sentence
    values = {name: say(v) if isinstance(v, Words) else v for name, v in sentence.values.items()}
    return QCoreApplication.translate("core", sentence.template).format(**values)
