"""What a spelling looks like to somebody who reads it: letters of other alphabets, figures and signs in place of
letters, letters that nobody sees. For words that must not stand on a page, however they are spelled.
"""

from __future__ import annotations

import re
import unicodedata

#: Letters that NFKC leaves as they are, under those they pass for.
_ALIKE = {
    "A": "АΑᎪ", "B": "ВΒᏴ", "C": "СᏟϹ", "E": "ЕΕᎬ", "H": "НΗᎻ", "I": "ІΙӀ", "J": "ЈᎫ", "K": "КΚᏦ", "L": "ᏞŁ",
    "M": "МΜᎷ", "N": "Ν", "O": "ОΟØ", "P": "РΡᏢ", "Q": "Ԛ", "R": "ᏒЯ", "S": "ЅᏚ", "T": "ТΤᎢ", "V": "ᏙѴ", "W": "ᎳԜ",
    "X": "ХΧ", "Y": "УΥҮ", "Z": "ΖᏃ", "D": "ĐᎠ",
    "a": "аαɑᴀ", "b": "вβʙƀɓЬь", "c": "сϲᴄςƈ", "d": "ԁᴅđɗ", "e": "еεᴇǝəɛє", "f": "ꜰƒ", "g": "ɡɢɠց", "h": "һнʜħɦհ",
    "i": "іιıɩɪї", "j": "јᴊȷյ", "k": "кκᴋƙĸ", "l": "ӏʟłƚɭ", "m": "мᴍɱ", "n": "пηɴŋɲոπ", "o": "оοσᴏøɵօ", "p": "рρᴘƥ",
    "q": "ԛզ", "r": "гʀɾɽ", "s": "ѕꜱʂ", "t": "тτᴛŧƭ", "u": "υᴜʉսμ", "v": "νᴠʋѵ", "w": "ԝωᴡѡ", "x": "хχ", "y": "уγʏүƴ",
    "z": "ᴢƶ",
}  # fmt: skip
_TO_LATIN = {ord(other): letter for letter, others in _ALIKE.items() for other in others} | {
    first + at: chr(ord("A") + at)  # white letters on black, and those that make flags
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for at in range(26)
}
#: Letters to Unicode, and blank to whoever reads.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_OTHER_ALPHABETS = frozenset(("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
_OF_MEASURES = frozenset("µμΩ")  # 10µg
#: Signs that stand for a letter only between letters, and those that may also begin or end a word.
_BETWEEN, _ANYWHERE = {"!": "1", "|": "1", "+": "7"}, {"@": "4", "$": "5", "€": "3"}
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_FIGURES = str.maketrans("0123456789i", "olzeasgtbgl")
_MEASURE = re.compile(
    r"\d+(?:[ap]m|st|nd|rd|th|k?g|mg|[cm]?l|[ckm]?m|[pxkwvsdabc]|in|ft|oz|lbs?|yrs?|hrs?|mins?)"
)


def seen(text: str) -> str:
    """The text in the letters and figures it looks like, without what cannot be seen. Case is kept."""
    whole = unicodedata.normalize("NFKC", text)
    ours = "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() else sign
        for sign in whole
        if unicodedata.category(sign) != "Cf" and sign not in _BLANK
    ).translate(_TO_LATIN)
    return unicodedata.normalize("NFKC", ours)  # their letters were parted, or had no accents of one piece


def mixed(text: str) -> list[str]:
    """Its words that mix our letters with those of another alphabet, or with letters upside down: nobody writes so who
    does not want to hide.
    """
    whole = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) != "Cf" and sign not in _BLANK
    )
    found = []
    for word in re.findall(r"[^\W\d_]+", whole):
        alphabets = {
            unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign not in _OF_MEASURES
        }
        turned = sum(" TURNED " in unicodedata.name(sign, "") for sign in word)
        if ("LATIN" in alphabets and alphabets & _OTHER_ALPHABETS) or turned > 1:
            found.append(word)
    return found


def pictured(text: str) -> str:
    """What its pictures show, in words: "police car"."""
    return " ".join(unicodedata.name(sign, "") for sign in text if unicodedata.category(sign) == "So").lower()


def run_together(text: str) -> str:
    """A lower-case text with one letter wherever two side by side, or a thin one, may be read as another."""
    for two, one in _PAIRS:
        text = text.replace(two, one)
    return text.replace("i", "l")


def with_figures(text: str) -> str:
    """A ``seen`` text with a figure wherever a sign, or a capital I after a small letter, stands for a letter."""
    text = re.sub(r"([a-z](?:[^\w\s]|_)*)I", r"\g<1>1", text)
    text = re.sub(r"(?<=\w)[!|+](?=\w)", lambda sign: _BETWEEN[sign[0]], text)
    return re.sub(r"(?<=\w)[@$€]|[@$€](?=\w)", lambda sign: _ANYWHERE[sign[0]], text)


def is_spelled_with_figures(word: str) -> bool:
    """Whether letters and figures are mixed in a word that is no time, place in a row or measure."""
    return bool(re.search(r"\d", word) and re.search(r"[^\W\d_]", word)) and not _MEASURE.fullmatch(word)


def outline(word: str) -> str:
    """A lower-case word with letters for figures: the same for all that may stand for one another."""
    return word.translate(_FIGURES)
