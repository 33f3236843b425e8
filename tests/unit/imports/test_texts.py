"""Every text that a plan can say stands in Ukrainian too."""

import ast
from importlib.resources import files
from pathlib import Path

from asset_tracker.i18n import gettext
from asset_tracker.imports.kinds import KINDS

HERE = Path(str(files("asset_tracker.imports")))
FIRST = {"RefusedBookError", "InvalidError", "ConflictError", "TooLargeError", "NotFoundError", "Refused"}
PLACE = {"problem": 2, "say": 3}
NAMED = {"expected", "warning", "message"}
CONSTANTS = {"_DATE_EXPECTED", "_EXPECTED", "_EDRPOU", "_CODE_EXPECTED"}


def texts_of(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body)
        yield from texts_of(node.orelse)


def said(tree):
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in CONSTANTS
        ):
            yield from texts_of(node.value)
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in {"swapped", "doubtful"}
        ):
            yield from texts_of(node.value)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
            yield from texts_of(node.value.elts[-1])
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        at = 0 if name in FIRST or (name == "__init__" and node.args) else PLACE.get(name)
        if name == "gettext":
            at = 1
        if at is not None and len(node.args) > at:
            yield from texts_of(node.args[at])
        for keyword in node.keywords:
            if keyword.arg in NAMED:
                yield from texts_of(keyword.value)


def all_texts():
    fields = [field for kind in KINDS for field in kind.vocabulary.fields]
    found = {text for field in fields for text in (field.label, field.hint)}
    found |= {text for kind in KINDS for text in (kind.label, kind.hint)}
    for path in sorted(HERE.rglob("*.py")):
        found.update(said(ast.parse(path.read_text("utf-8"))))
    for error in ("kind.py",):
        for node in ast.walk(ast.parse((HERE / error).read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                getattr(base, "id", "") == "ConflictError" for base in node.bases
            ):
                found.add((ast.get_docstring(node) or "").splitlines()[0])
    return found


SAME = {
    "IMEI",
    "%(recorded)s",
    "VIN",
    "UAH, EUR, USD, SEK",
    "Lenovo, HP, Canon, ...",
    "laptop, desktop, monitor, mfd, printer, scanner, ups, router, vehicle, ...",
}


def test_every_text_has_a_translation():
    missing = sorted(text for text in all_texts() if text not in SAME and gettext("uk", text) == text)
    assert missing == []
