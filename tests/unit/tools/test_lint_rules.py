import ast
import importlib.util
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
spec = importlib.util.spec_from_file_location("lint_rules", ROOT / "tools" / "lint_rules.py")
rules = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rules)


def told(rule, source, name="assets/service.py"):
    return [message for _, message in rule(name, ast.parse(source), source)]


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (rules.commits_stand_at_the_edge, "await conn.commit()", "await service.commit(conn, plan)"),
        (rules.commits_stand_at_the_edge, "conn.rollback()", "async with transaction(engine): pass"),
        (
            rules.transactions_say_for_whom,
            "async with engine.begin() as conn: pass",
            "async with transaction(engine) as conn: pass",
        ),
        (
            rules.transactions_say_for_whom,
            "async with state.engine.begin() as conn: pass",
            "async with transaction_for(state.engine, reach) as conn: pass",
        ),
        (
            rules.value_errors_are_not_handled,
            "Litestar(exception_handlers={ValueError: f})",
            "Litestar(exception_handlers={UnicodeError: f})",
        ),
        (rules.one_door_to_the_ledger, "insert(tables.event)", "items.insert(0, event)"),
        (rules.one_door_to_the_ledger, "tables.event.update()", "select(tables.event)"),
        (
            rules.one_door_to_the_ledger,
            "bulk.insert(conn, tables.event, x)",
            "bulk.insert(conn, tables.tag, x)",
        ),
        (rules.one_door_to_the_ledger, "text('DELETE FROM event')", "text('SELECT * FROM event')"),
        (
            rules.grants_become_sql_in_one_place,
            "from sqlalchemy import select\nactor.grants",
            "roles = actor.grants",
        ),
        (
            rules.grants_become_sql_in_one_place,
            "from asset_tracker.access.tables import user_grant",
            "from asset_tracker.access import scope",
        ),
        (rules.modules_are_short, "x = 1\n" * 451, "x = 1\n\n" * 450),
    ],
)
def test_a_breach_is_seen_and_the_right_way_is_not(rule, bad, good):
    assert told(rule, bad)
    assert not told(rule, good)


@pytest.mark.parametrize(
    ("rule", "source", "name"),
    [
        (rules.commits_stand_at_the_edge, "await conn.commit()", "db/migrate.py"),
        (rules.one_door_to_the_ledger, "insert(tables.event)", "ledger/store.py"),
        (rules.modules_are_short, "x = 1\n" * 500, "migrations/versions/0001.py"),
    ],
)
def test_where_it_belongs_it_is_allowed(rule, source, name):
    assert not told(rule, source, name)


def test_type_checking_is_for_modules_that_litestar_does_not_read():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING: pass"
    assert told(rules.annotations_are_real, source, "api/assets.py")
    assert not told(rules.annotations_are_real, source, "ledger/store.py")


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("x = 1  # noqa: S101 - a promise", True),
        ("x = 1  # type: ignore[arg-type]  # untyped there", True),
        ("x = 1  # no" + "qa: S101", False),
        ("x = 1  # no" + "qa", False),
        ("x = 1  # type: " + "ignore[arg-type]", False),
    ],
)
def test_an_exemption_has_a_reason(line, right):
    assert bool(list(rules.exemptions_have_reasons(line))) is not right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("https://" + "pypi" + ".org/simple", False),
        ("registry." + "npm" + "js.org", False),
        ("/ho" + "me/somebody/project", False),
        ("below ``/root``, in /var/lib and /tmp", True),
        ("/api/v1/work/x", True),
    ],
)
def test_what_is_published_names_no_machine(text, right):
    assert bool(list(rules.in_text(text))) is not right


def test_handlers_are_measured(tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "a.py").write_text(
        '@get("/x")\nasync def x() -> int:\n    """Told."""\n    y = 1\n    return y\n\ndef helper():\n    pass\n'
    )
    assert list(rules.handler_lengths(tmp_path)) == [2]


def test_the_whole_is_judged_by_its_tracked_files(tmp_path, capsys):
    module = tmp_path / "src" / "asset_tracker" / "assets" / "service.py"
    module.parent.mkdir(parents=True)
    module.write_text("async def f(conn):\n    await conn.commit()\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert rules.main([str(tmp_path)]) == 0, "not tracked yet"
    subprocess.run(["git", "-C", str(tmp_path), "add", "-A"], check=True)
    assert rules.main([str(tmp_path)]) == 1
    assert "src/asset_tracker/assets/service.py:2: .commit() ends" in capsys.readouterr().out
