"""The mutator breaks what decides, each time in one place, and leaves what only speaks."""

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "tools" / "mutants.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        ("x = a < b", ["x = a <= b"]),
        ("x = a and b", ["x = a or b"]),
        ("x = a + 1", ["x = a - 1", "x = a + 2"]),
        ("MAY = {'read', 'write'}", ["MAY = {'write'}", "MAY = {'read'}"]),
        ("def f():\n    return g()", ["def f():\n    return None"]),
        ("if a:\n    f()", ["if not a:\n    f()", "if a:\n    None"]),
        ("def f(x: int = 3) -> int:\n    '''Doc.'''\n    raise Error('text', 3)", ["def f(x: int=4)"]),
    ],
)
def test_what_is_broken(tool, source, broken):
    made = [each.source for each in tool.mutants_of(source)]
    assert len(made) == len(broken)
    assert all(any(want in each for each in made) for want in broken)


@pytest.mark.parametrize("name", ["ledger/replay", "access/permissions"])
def test_every_mutant_of_ours_differs_and_can_be_read(tool, name):
    source = (ROOT / "src/asset_tracker" / f"{name}.py").read_text()
    mutants = tool.mutants_of(source)
    as_it_is = ast.unparse(ast.parse(source))
    assert len(mutants) > 50
    assert all(each.source != as_it_is for each in mutants)


def test_its_modules_and_their_tests_are_there(tool):
    for module in tool.MODULES:
        assert (ROOT / "src/asset_tracker" / f"{module}.py").exists()
        assert tool.tests_of(module)
