"""The Ukrainian catalogues: one translation for each text, and none for a text that nobody says."""

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import asset_tracker

ROOT = Path(asset_tracker.__file__).parent
CATALOGUES = sorted((ROOT / "i18n" / "uk").glob("*.po"))


def messages(path):
    with path.open("rb") as lines:
        for message in read_po(lines, locale="uk"):
            if message.id:
                yield message.id[0] if isinstance(message.id, (list, tuple)) else message.id, message.string


@pytest.fixture(scope="module")
def said():
    """Every string of the code, the first lines of docstrings (errors say them), and all templates."""
    strings = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings |= {node.value, node.value.strip().partition("\n")[0]}
    endings = ("*.html", "*.js", "*.typ")
    return strings, "".join(path.read_text() for ending in endings for path in ROOT.rglob(ending))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_nothing_is_translated_that_nobody_says(path, said):
    strings, text = said
    stale = [
        msgid
        for msgid, _ in messages(path)
        if msgid not in strings and msgid not in text and msgid.replace("'", "\\'") not in text
    ]
    assert stale == []


def test_a_text_has_one_translation():
    first, others = {}, []
    for path in CATALOGUES:
        for msgid, translated in messages(path):
            if first.setdefault(msgid, translated) != translated:
                others.append((path.stem, msgid, translated, first[msgid]))
    assert others == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_places_are_the_same_in_both_languages(path):
    def places(text):
        return {part.split(")")[0] for part in text.split("%(")[1:]}

    for msgid, translated in messages(path):
        forms = translated if isinstance(translated, (list, tuple)) else (translated,)
        for form in forms:
            assert places(form) - {"n"} == places(msgid) - {"n"}, msgid
