"""The safety plan: whole, in order, calm when shown, and harmless when printed in disguise."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.domain import codes
from caseworker.domain.safety_plan import (
    CALM,
    LONGEST_DISGUISE,
    TELLING,
    SafetyItem,
    by_kind,
    gives_away,
    next_review,
    sheet,
)

TODAY = dt.date(2026, 11, 18)
BAG = SafetyItem(1, "", 1, "bag", "Keep the blue bag at Jo's", disguise="Drop the holdall off")
OUT = SafetyItem(2, "", 1, "escape", "Leave by the back gate when he shouts")
NAMES = ("Amara Clarke", "Dan Price", "Jo")


def test_an_item_needs_its_part_and_its_words() -> None:
    assert BAG.problems(TODAY) == {}
    assert set(SafetyItem(None, "", 1).problems(TODAY)) == {"kind", "text"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agreed": "yes"}, "agreed_on"),
        ({"agreed_on": "2026-11-19"}, "agreed_on"),
        ({"review_by": "soon"}, "review_by"),
        ({"owner": "HIM"}, "owner"),
        ({"disguise": "Ring the police"}, "disguise"),
        ({"disguise": "x" * 201}, "disguise"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    assert list(replace(BAG, **change).problems(TODAY)) == [field]  # type: ignore[arg-type]


def test_parts_stand_in_the_order_of_the_list_without_what_was_withdrawn() -> None:
    gone = replace(BAG, id=3, kind="work", withdrawn=1)
    assert list(by_kind([BAG, OUT, gone])) == ["escape", "bag"]
    assert by_kind([gone]) == {}


def test_the_first_review_of_any_item_is_the_plans() -> None:
    assert next_review(
        [BAG, replace(BAG, review_by="2026-12-02"), replace(OUT, review_by="2026-11-25")]
    ) == dt.date(2026, 11, 25)
    assert next_review([BAG]) is None


def test_every_part_has_a_calm_name_that_frightens_nobody() -> None:
    assert set(CALM) == set(codes.get("safety_item").codes)
    assert not [str(name) for name in CALM.values() if gives_away(str(name))]


def test_shown_together_it_is_her_words_under_calm_names() -> None:
    shown = sheet([BAG, OUT])
    assert str(shown.title) == "My plan"
    assert [(str(one.heading), one.lines) for one in shown.sections] == [
        ("Getting out", ("Leave by the back gate when he shouts",)),
        ("My bag and papers", ("Keep the blue bag at Jo's",)),
    ]


def test_in_disguise_only_wording_chosen_for_it_is_left_and_the_rest_is_counted() -> None:
    shown = sheet([BAG, OUT], disguised=True, names=NAMES)
    assert str(shown.title) == "To do"
    assert [one.lines for one in shown.sections] == [("Drop the holdall off",)]
    assert shown.left_out == 1


def test_a_line_that_holds_a_name_learnt_later_is_left_out() -> None:
    named = replace(BAG, disguise="Holdall to Clarke’s")
    assert sheet([named], disguised=True, names=NAMES).sections == ()
    assert (
        sheet(
            [replace(BAG, disguise="See Harbour Women")], disguised=True, services=["Harbour Women"]
        ).left_out
        == 1
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring the POLICE first", ("police",)),
        ("Escapes by the gate", ("escape",)),
        ("Safe, at last", ("safe",)),
        ("Women’s Aid on Friday", ("women aid",)),
        ("Meet Amara's sister", ("amara",)),
        ("Buy bread and milk", ()),
        ("The harbour at six", ()),
    ],
)
def test_words_that_would_give_a_page_away_are_found(text: str, found: tuple[str, ...]) -> None:
    assert gives_away(text, NAMES, ["The Harbour Centre"]) == found


HERS = ("Zoë Müller-O'Brien", "Leo", "Amara Clarke", "Ana-Lucía", "Ng")
OURS = ("Next Chapter", "SERICC")


@pytest.mark.parametrize(
    "text",
    [
        "Ring Zoe", "zoës bag", "ZOE'S", "Zoëʼs", "Zoe` s", "ring Muller", "Mueller", "OBrien", "o brien", "O’Brien",
        "Leos school", "l.e.o.", "leó", "‘Leo’", "Leo…", "a|Leo|b", "Leo=7", "Leo•", "«Leo»", "Zoe‐Lee", "L E O",
        "analucia", "Ana Lucia", "ana-lucia", "ng", "To A.C. by six", "AC at six", "nextchapter", "Next-Chapter",
        "next  chapter", "S.E.R.I.C.C", "sericc's", "womens aid", "Women’s Aid", "safer place", "safely", "unsafe",
        "raped", "harmed", "IDVAs", "fleeing", "ＰＯＬＩＣＥ", "po\u00adlice", "po\u200blice", "non-mol", "D.V.", "999",
        "101", "social-worker", "policeman",
        "p0lice", "P0L1CE", "pol1cemen", "p@n1c: cr1s1s", "v1o1ence", "5afe", "h1de", "hid3", "$afety",
        "vi|lence pol!ce",
        "рolice", "pоlіce", "ΡΟLΙCΕ", "ро1iсе", "ᴘᴏʟɪᴄᴇ", "🅿🅾🅻🅸🅲🅴", "ⓟⓞⓛⓘⓒⓔ", "𝓹𝓸𝓵𝓲𝓬𝓮", "poIice", "pøłice",
        "роlісе s",
        "nine nine nine", "Nine-nine-nine", "triple nine", "n1ne nine nine", "one oh one", "9-9-9", "9.9.9", "٩٩٩",
        "ex-partner", "Ex partner's car", "ex‑husband", "expartner", "my ex", "My ex’s", "е" + "x-partner",
        "po-lice", "po–lice", "po-\nlice", "po - lice", "po\u2060lice", "po\u3164lice", "po\u034flice", "po.lice",
        "po_lice", "po/lice", "p.0-l i c e", "ref.uge", "s0cial worker", "socialworker", "Am4ra", "Аmara",
        "C1arke", "SER1CC",
        "N3xt Chapter", "next_chapter", "Zое", "policе",
    ],
)  # fmt: skip
def test_no_spelling_hides_a_name_a_service_or_a_telling_word(text: str) -> None:
    assert gives_away(text, HERS, OURS)
    assert sheet([replace(BAG, disguise=text)], disguised=True, names=HERS, services=OURS).sections == ()


@pytest.mark.parametrize(
    "text",
    [
        "Drop the holdall off", "Leopard print scarf", "Mulled wine", "Ring a plumber", "Chapter two, next week",
        "Change the fleece", "Rapeseed oil", "A to Z", "Harmony practice", "Analysis due", "ac unit", "In on Friday",
        "2l milk, 6 eggs", "500g mince/1kg rice", "Buy a ball", "Extra wide tape", "My extra bag", "5am train",
        "A4 paper x3", "7up + crisps!", "Vitamin D 10µg", "9 apples, 9 pears", "No. 1 & 2", "The exam at ten",
        "B&Q 3pm", "MP3 for M4", "£5 each",
        "хліб, молоко, сир", "γάλα και ψωμί", "Nine eggs", "Expo tickets", "1st stop, 2nd left",
        "bread - milk - jam", "H20 bottles",
    ],
)  # fmt: skip
def test_ordinary_wording_stays(text: str) -> None:
    assert gives_away(text, HERS, OURS) == ()


@given(
    st.sampled_from((*TELLING, "amara", "clarke", "price", "jo")), st.text(alphabet="abc ,.\n", max_size=30)
)
def test_no_telling_word_and_no_name_ever_stands_on_a_page_in_disguise(word: str, around: str) -> None:
    for text in (f"{around} {word} {around}", word.upper(), f"{word}’s {around}", f"({word})"):
        page = sheet([replace(BAG, disguise=text)], disguised=True, names=NAMES)
        assert page.sections == ()


#: What anybody may write down for the week.
SHOPPING = (
    "apples", "bananas", "bread", "butter", "milk", "2l milk", "6 eggs", "500g mince", "1kg rice", "pasta", "tea",
    "coffee",
    "sugar", "flour", "cheese", "ham", "sausages", "beans x4", "crisps", "squash", "7up", "nappies size 5",
    "wipes", "soap",
    "shampoo", "toothpaste", "bin bags", "foil", "cling film", "washing up liquid", "bleach", "stamps", "A4 paper",
    "pens",
    "birthday card", "AA batteries", "light bulbs 60W", "cat food", "bird seed", "compost", "screws", "tape",
    "school shoes",
    "PE kit", "library books", "dentist 3pm", "5am train", "bus 25", "gas meter", "ring the plumber",
    "parcel for no 12",
    "salad", "sage", "peas", "parsley", "ice cream", "olive oil", "rapeseed oil", "polish", "polo mints",
)  # fmt: skip
_APART = (", ", "\n", " - ", "/", "; ", " + ", ". ", " & ", ": ", " ")


@given(st.lists(st.sampled_from(SHOPPING), min_size=1, max_size=8), st.sampled_from(_APART), st.booleans())
def test_a_shopping_list_is_never_refused(things: list[str], apart: str, shouted: bool) -> None:
    text = apart.join(things)
    assert gives_away(text.upper() if shouted else text, HERS, OURS) == ()


_PASSES_FOR = {
    "a": "aаα@4ᴀ", "b": "bВ8", "c": "cсⅽ", "d": "dԁ", "e": "eеε3€ｅ", "g": "gɡ9", "h": "hһН", "i": "iіι1!ı",
    "k": "kκ", "l": "lӏ1|",
    "m": "mм", "n": "nո", "o": "oоο0", "p": "pрρ", "r": "rг", "s": "sѕ5$", "t": "tт7+", "u": "uυ", "v": "vν",
    "w": "wѡԝ",
    "x": "xх", "y": "yу",
}  # fmt: skip


@given(st.data())
def test_however_it_is_spelled_a_telling_word_and_a_name_never_stand_on_a_page_in_disguise(
    data: st.DataObject,
) -> None:
    word = data.draw(
        st.sampled_from(
            [one for one in (*TELLING, "amara", "clarke", "muller") if one.isalpha() and len(one) > 3]
        )
    )
    marks = st.sampled_from(["", "", "", "-", "–", "\u200b", "\u00ad", "\u2060", "\u3164", ".", "_"])
    signs = "@€!$|+0123456789"
    spelled = data.draw(st.sampled_from((word, word.upper(), word.title())))
    for at, letter in enumerate(word):
        if at and at < len(word) - 1 and not at % 2:  # enough of it is left to be read
            spelled = (
                spelled[:at] + data.draw(st.sampled_from(_PASSES_FOR.get(letter, letter))) + spelled[at + 1 :]
            )
    spelled = "".join(
        sign if sign in signs or after in signs else sign + data.draw(marks)
        for sign, after in zip_longest(spelled, spelled[1:], fillvalue="@")
    )
    for text in (spelled, f"Bread and {spelled} at six", f"milk, {spelled}"):
        assert gives_away(text, HERS), text


@pytest.mark.parametrize(
    "text",
    [
        "Ring the pol ice", "po lice", "re fuges", "so licitor", "vveapon", "vvomens aid", "harrned", "rnarac",
        "dornestic", "suicicle", "POLlCE", "poiice", "ǝɔᴉlod", "ɐɓnɟǝɹ", "🚓", "ring 👮", "\u202eecilop",
    ],
)  # fmt: skip
def test_what_somebody_reads_as_a_telling_word_is_found(text: str) -> None:
    assert gives_away(text)


#: Each looks like a telling word, or holds the letters of one.
PLAIN = (
    "Lamp £9.99", "Sofa £999", "Ring Courtney", "Sweep the courtyard",
    "Buy a ball", "2 balls of wool", "Burn the garden waste", "Vic, Tim and Jo at six", "Put out, reach for the jam",
    "Clean the car", "Torn jeans to mend", "Corner shop", "The lab: use by Friday", "Chide, chider, chill",
    "Polish the shoes", "Cork board", "Courgettes", "Flea powder", "Farm eggs", "Arm bands",
    "Grape juice", "Drape, tape, scrape", "Baileys", "Bale of straw", "Hidden gem DVD", "Saffron", "Safari park",
    "Cornflakes", "Vitamin D", "Savoury rice", "Wool, vacuum bags", "☀ day out", "🛒 🥖 🥛", "❤ Mum", "☎ the dentist",
)  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_line_that_looks_like_more_stays(text: str) -> None:
    assert gives_away(text) == ()


@pytest.mark.parametrize("piece", ["p0 ", "a!", "a-", "'s ", "po lice", "m1lk ", "\u0301a"])
def test_the_longest_line_takes_no_time_at_all(piece: str) -> None:
    text = (piece * LONGEST_DISGUISE)[:LONGEST_DISGUISE]
    names = [f"Amara{n} Clarke{n}" for n in range(40)]
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        gives_away(text, names)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.05
