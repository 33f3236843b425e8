"""Every text of the pages stands in Ukrainian too, and every template can be read."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import nodes
from markupsafe import Markup

from asset_tracker.i18n import gettext, ngettext
from asset_tracker.web import chrome, desk, event_fields, event_forms, history, words
from asset_tracker.web.rendering import environment

WEB = Path(str(files("asset_tracker.web")))
TEMPLATES = sorted(str(p.relative_to(WEB / "templates")) for p in (WEB / "templates").rglob("*.html"))
CALLS = {
    "gettext": 1,
    "Tile": 1,
    "_done": 2,
    "ngettext": 1,
    "Flash": 1,
    "FieldError": 1,
    "InvalidError": 0,
    "ConflictError": 0,
    "NotFoundError": 0,
}


def template_texts():
    for name in TEMPLATES:
        source = (WEB / "templates" / name).read_text("utf-8")
        for call in environment("en").parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext"):
                first = call.args[0]
                if isinstance(first, nodes.Const):
                    yield name, call.node.name, str(first.value)
                for inner in first.find_all(nodes.Const) if isinstance(first, nodes.CondExpr) else ():
                    yield name, "_", str(inner.value)


def table_texts():
    for family, table in words.VOCABULARY.items():
        for word in table.values():
            yield f"words.{family}", word.text
    for item in chrome.MENU:
        yield "menu", item.text
    for form in event_fields.FORMS.values():
        fields = [text for f in form.fields for text in (f.label, f.hint, *(o for _, o in f.options))]
        for text in (form.verb, form.done, form.explains, form.note, *fields):
            yield f"form {form.kind}", text
    for _, text in event_forms.UNITS:
        yield "units", text
    for step in desk._STEPS:
        yield from (("desk", step.title), ("desk", step.button))
    for group in desk._ASSETS:
        yield from (("desk", group.title), ("desk", group.button))
    for fields in history._OTHER.values():
        yield from (("history", field.label) for field in fields)
    for text in event_forms._EXPECTED.values():
        yield "expected", text


def code_texts():
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
                continue
            place = CALLS[node.func.id]
            if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                yield path.name, node.args[place].value


def all_texts():
    seen = {}
    for where, kind, text in template_texts():
        seen.setdefault((kind, text), where)
    for where, text in (*table_texts(), *code_texts()):
        if isinstance(text, str):
            seen.setdefault(("_", text), where)
    return [(where, kind, text) for (kind, text), where in seen.items() if text]


def test_every_text_has_a_translation():
    missing = []
    for where, kind, text in all_texts():
        params = {}
        plain = text.replace("%%", "")
        while "%(" in plain:
            name = plain.split("%(", 1)[1].split(")", 1)[0]
            params[name] = "x"
            plain = plain.replace(f"%({name})s", "")
        if kind == "ngettext":
            same = ngettext("uk", text, text, 5, **params) == text % {"n": 5, **params}
        else:
            same = gettext("uk", text, **params) == (text % params if params else text)
        if same:
            missing.append((where, text))
    assert missing == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_says_nothing_untranslated(name):
    source = (WEB / "templates" / name).read_text("utf-8")
    environment("uk").get_template(name)
    assert "style=" not in source
    assert " onclick=" not in source
    assert "|safe" not in source


def test_what_people_typed_is_escaped():
    made = environment("uk").from_string("{{ text }}{{ _('Found for “%(query)s”', query=text) }}")
    assert "<script>" not in made.render(text="<script>alert(1)</script>")
    assert not isinstance(gettext("uk", "Find"), Markup)
