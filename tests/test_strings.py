"""Every string a person reads can be translated, and says what it should in the words it should use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TRANSLATING = {"tr", "translate", "QT_TRANSLATE_NOOP", "words", "Words", "Problem", "Refused"}
# calls whose text nobody sees
UNSEEN = {"setObjectName", "setStyleSheet", "setProperty", "getLogger", "event", "RuntimeError", "ValueError",
          "TypeError",
          "AssertionError", "KeyError", "LookupError", "compile", "strftime", "strptime", "toString", "QSettings",
          "add_argument", "ArgumentParser", "execute", "encode", "NotCanonical", "import_module"}  # fmt: skip
# ux.md 2.1: words that blame or confuse
AVOIDED = re.compile(r"\b(please|sorry|invalid|valid|forbidden|illegal|oops|you forgot)\b", re.IGNORECASE)


def sources(folder: str) -> list[Path]:
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def place(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_what_is_translated_is_a_plain_literal() -> None:
    strays = []
    for path in sources("ui"):
        for node in calls(path):
            which = {"tr": 0, "translate": 1}.get(called(node))
            # ui/say.py is the one place that looks up sentences made in the core
            if which is None or path.name == "say.py" or not isinstance(node.func, ast.Attribute):
                continue
            plain = len(node.args) <= which or literal(node.args[which])
            if not plain and ast.unparse(node.func.value) != "str":
                strays.append(place(path, node))
    assert strays == []


def test_sentences_made_in_the_core_are_plain_literals() -> None:
    strays = []
    for path in [*sources("caseworker"), *sources("ui")]:
        if path.name in ("words.py", "errors.py"):
            continue
        for node in calls(path):
            which = {"words": 0, "Problem": 1}.get(called(node)) if isinstance(node.func, ast.Name) else None
            if which is not None and (len(node.args) <= which or not literal(node.args[which])):
                strays.append(place(path, node))
    assert strays == []


def shown(node: ast.AST, inside: bool = False) -> Iterator[ast.Constant]:
    """String constants handed to a call that is neither translating nor unseen."""
    if isinstance(node, ast.Call):
        name = called(node)
        if name in TRANSLATING or name in UNSEEN:
            return
        for part in (*node.args, *(word.value for word in node.keywords)):
            yield from shown(part, True)
        yield from shown(node.func, False)
        return
    if inside and isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from shown(
            child,
            inside
            and isinstance(node, ast.List | ast.Tuple | ast.IfExp | ast.Starred | ast.JoinedStr | ast.BinOp),
        )


def test_no_sentence_reaches_the_screen_untranslated() -> None:
    sentence = re.compile(r"^[A-Z][a-z’']+( [\w’'{]|\.$|:$)")
    strays = [
        f"{place(path, node)} {node.value!r}"
        for path in sources("ui")
        for node in shown(ast.parse(path.read_text(encoding="utf-8")))
        if sentence.match(node.value)
    ]
    assert strays == []


def sentences() -> Iterator[tuple[str, str]]:
    for path in [*sources("caseworker"), *sources("ui")]:
        for node in calls(path):
            which = {"tr": 0, "words": 0, "translate": 1, "Problem": 1}.get(called(node))
            if which is not None and len(node.args) > which and literal(node.args[which]):
                yield place(path, node), str(node.args[which].value)  # type: ignore[attr-defined]


def test_words_on_screen_never_blame() -> None:
    found = list(sentences())
    assert len(found) > 100  # the search itself works
    assert [f"{where} {text!r}" for where, text in found if AVOIDED.search(text)] == []


def test_placeholders_are_named() -> None:
    assert [f"{where} {text!r}" for where, text in sentences() if re.search(r"\{\d*\}|%s|%d", text)] == []
