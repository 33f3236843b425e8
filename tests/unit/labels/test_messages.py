"""Every text that labels may answer with stands in Ukrainian, with the same places to fill."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from asset_tracker.i18n import gettext

SOURCE = Path(str(files("asset_tracker")))
MODULES = [*sorted((SOURCE / "labels").glob("*.py")), SOURCE / "ledger" / "tags.py"]
PLACE = re.compile(r"%\((\w+)\)s")
TELLING = {"InvalidError", "ConflictError", "NotFoundError", "RefusedError", "UnavailableError", "FieldError"}
TELLING |= {"TagError", "_error", "_about"}


def texts():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING:
                constants = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield from (text for text in constants if isinstance(text, str) and " " in text)
            named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("message", "expected")
            if named and isinstance(node.value, ast.Constant):
                yield node.value.value


@pytest.mark.parametrize("text", sorted(set(texts())))
def test_stands_in_ukrainian(text):
    params = dict.fromkeys(PLACE.findall(text), "x")
    assert gettext("uk", text, **params) != (text % params if params else text)


def test_translations_fill_the_same_places():
    with (SOURCE / "i18n" / "uk" / "labels.po").open("rb") as lines:
        for message in read_po(lines, locale="uk"):
            singular = message.id if isinstance(message.id, str) else message.id[0]
            for form in [message.string] if isinstance(message.string, str) else message.string:
                assert set(PLACE.findall(form)) == set(PLACE.findall(singular)), singular
