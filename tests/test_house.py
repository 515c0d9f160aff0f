"""The house keeps its shape: who may import whom, which primitives exist, what the repository never says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [
    path for folder in ("caseworker", "ui", "resources") for path in sorted((ROOT / folder).rglob("*.py"))
]

# security.md 1.1: the registry of primitives. Nothing else of the cryptography library may be imported.
PRIMITIVES = {
    "cryptography.exceptions",
    "cryptography.hazmat.primitives",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.asymmetric.mlkem",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.hpke",
    "cryptography.hazmat.primitives.kdf.argon2",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "cryptography.hazmat.primitives.serialization",
}
NAMES = {
    "AESGCM", "Argon2id", "AEAD", "KDF", "KEM", "Suite", "HKDFExpand", "HKDF", "hashes", "hpke", "serialization",
    "Ed25519PrivateKey", "Ed25519PublicKey", "X25519PrivateKey", "X25519PublicKey", "InvalidSignature", "InvalidTag",
    "InvalidKey", "MLKEM768X25519PrivateKey", "MLKEM768X25519PublicKey", "MLKEM768PrivateKey", "MLKEM768PublicKey",
    "Encoding", "NoEncryption", "PrivateFormat", "PublicFormat",
}  # fmt: skip
# hashlib and hmac are the standard library's; only these may be called
HASHES = {"sha256"}
# where chance decides nothing that must stay secret, and may be seeded or guessed
NOT_SECRET = {
    "caseworker/demo",  # a seed gives the same made-up people again
    "caseworker/protect/audit.py",  # the same audit asks the same questions
    "caseworker/sync/client.py",  # jitter before the next try
}


def imports(path: Path) -> list[tuple[str, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, name.name) for name in node.names]
        elif isinstance(node, ast.Import):
            found += [(name.name, "") for name in node.names]
    return found


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_only_the_registered_primitives_are_used() -> None:
    strays = [
        f"{path.relative_to(ROOT)}: {module}.{name}"
        for path in SOURCES
        for module, name in imports(path)
        if module.startswith("cryptography") and (module not in PRIMITIVES or name not in NAMES)
    ]
    assert strays == []


def test_no_other_randomness_or_hash_decides_anything_secret() -> None:
    strays = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and ast.unparse(node.value) == "hashlib"
                and node.attr not in HASHES
            ):
                strays.append(f"{path.relative_to(ROOT)}:{node.lineno} hashlib.{node.attr}")
        if not NOT_SECRET & {path.relative_to(ROOT).as_posix(), path.parent.relative_to(ROOT).as_posix()}:
            strays += [
                f"{path.relative_to(ROOT)}: random" for module, _ in imports(path) if module == "random"
            ]
    assert strays == []


def test_the_core_never_asks_for_a_screen() -> None:
    strays = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "caseworker")
        for module, _ in imports(path)
        if module.split(".")[0] in ("PySide6", "shiboken6", "ui")
    ]
    assert strays == []


def test_no_module_is_called_after_a_pattern() -> None:
    named = re.compile(r"(manager|helper|controller|utils?)$", re.IGNORECASE)
    classes = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and named.search(node.name)
    ]
    assert classes == []
    assert [str(path) for path in SOURCES if named.search(path.stem)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_exception_is_swallowed_whole() -> None:
    swallowed = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ExceptHandler)
                and len(node.body) == 1
                and isinstance(node.body[0], ast.Pass)
            ):
                broad = node.type is None or (
                    isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
                )
                if broad:
                    swallowed.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert swallowed == []


def test_nobody_asks_what_the_tab_key_would_reach_next() -> None:
    """Python makes the answer a part of what was asked, and lets go of it when that goes (``ui.order``)."""
    asked = re.compile(r"\.(next|previous)InFocusChain\(")
    assert [str(path) for path in SOURCES if asked.search(path.read_text(encoding="utf-8"))] == []


def tracked_texts() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.fail("the tests run from a git checkout")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    endings = (".py", ".md", ".toml", ".sh", ".ps1", ".json", ".html", ".css", "run")
    return [
        ROOT / name
        for name in names
        if name.endswith(endings) and name != "uv.lock" and (ROOT / name).exists()
    ]


def test_no_tracked_file_names_a_machine_path() -> None:
    machine = re.compile(r"(^|[^\w.])/(" + "work|farm|root" + r")/")
    strays = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if machine.search(line)
    ]
    assert strays == []
