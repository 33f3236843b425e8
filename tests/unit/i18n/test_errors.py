"""What errors say is said in Ukrainian too."""

import ast
from pathlib import Path

import asset_tracker
from asset_tracker.i18n import gettext

ROOT = Path(asset_tracker.__file__).parent
# Where the message stands among the arguments of what is raised, reported or ruled.
MESSAGES = {
    "NotFoundError": 0,
    "ForbiddenError": 0,
    "InvalidError": 0,
    "ConflictError": 0,
    "RefusedError": 0,
    "UnavailableError": 0,
    "TooLargeError": 0,
    "TagError": 0,
    "FieldError": 1,
    "Rule": 1,
    "_dispute": 1,
}


def messages():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = MESSAGES.get(name)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[place].value


def test_every_message_of_an_error_is_translated():
    missing = [
        (where, text)
        for where, text in messages()
        if isinstance(text, str) and " " in text and gettext("uk", text) == text
    ]
    assert missing == []
