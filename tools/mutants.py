"""Mutation testing: does a test fail when the code that decides is wrong?

usage: mutants.py [--sample N] [--list] [MODULE ...]

Each mutant is one small mistake in one of the pure modules below: a comparison turned round, a condition
negated, a branch's answer dropped, a right taken out of a table or a number off by one. The module's unit
tests run against it in a process of its own; a mutant that no test notices has survived, and is printed.
``--sample N`` takes N of each module, evenly spread. Ends with 1 when less than 85 % were noticed.

Ours rather than a package: mutmut and cosmic-ray rewrite files in place or need a copy of the source tree,
and neither takes things out of tables, which is where the permissions are.
"""

import argparse
import ast
import copy
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
TARGET = 85  # per cent
SECONDS = 60  # a mutant that takes longer runs in circles, which is noticed
FOLDS = tuple(
    f"tests/unit/ledger/test_{each}.py" for each in ("folds", "folds_read_aloud", "replay_properties")
)
MODULES: dict[str, tuple[str, ...]] = {
    "ledger/replay": FOLDS,
    "ledger/folds": FOLDS,
    "ledger/chain": ("tests/unit/ledger/test_canonical.py", "tests/unit/ledger/test_chain.py"),
    "ledger/merkle": ("tests/unit/ledger/test_merkle.py",),
    "access/permissions": ("tests/unit/access/test_permissions.py",),
    "assets/rules": ("tests/unit/assets",),
}
# Plugins are loaded before the forks, which pytest would rather have done itself.
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
SWAPPED: dict[type[Any], type[Any]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


class Mutant(NamedTuple):
    """One mistake: where, what, and the module with it."""

    line: int
    what: str
    source: str


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for number, node in enumerate(sites(tree)):
        for what, change in changes(node):
            broken = copy.deepcopy(tree)
            change(list(sites(broken))[number])
            found.append(Mutant(node.lineno, what, ast.unparse(ast.fix_missing_locations(broken))))
    return sorted(found, key=lambda each: each.line)


def sites(tree: ast.AST) -> Iterator[Any]:
    """The nodes that can be broken: no annotations, decorators, docstrings, nor what an error says."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        if isinstance(tree, ast.ClassDef) and name == "keywords":
            continue  # frozen=True and its like decide nothing
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, ast.AST) or isinstance(each, (ast.Raise, ast.Import, ast.ImportFrom)):
                continue
            if is_docstring(each):
                continue
            if hasattr(each, "lineno"):
                yield each
            yield from sites(each)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def changes(node: Any) -> Iterator[tuple[str, Any]]:
    """What can go wrong at a node: the words for it, and a function that does it."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield f"{type(op).__name__} turned", lambda n: n.__setattr__("ops", [SWAPPED[type(op)]()])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPPED:
            yield f"{type(op).__name__} turned", lambda n: n.__setattr__("op", SWAPPED[type(op)]())
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition negated", lambda n: n.__setattr__("test", ast.UnaryOp(ast.Not(), n.test))
        case ast.Return(value=value) if value is not None and not is_none(value):
            yield "answers None", lambda n: n.__setattr__("value", ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "not done", lambda n: n.__setattr__("value", ast.Constant(None))
        case ast.Constant(value=bool() as value):
            yield f"{value} turned", lambda n: n.__setattr__("value", not value)
        case ast.Constant(value=int() as value):
            yield f"{value} off by one", lambda n: n.__setattr__("value", value + 1)
        case ast.Set(elts=elements) | ast.Tuple(elts=elements, ctx=ast.Load()) if len(elements) > 1:
            for n, each in enumerate(elements):
                if isinstance(each, (ast.Constant, ast.Name, ast.Attribute, ast.Starred)):
                    yield f"without {ast.unparse(each)}", lambda site, n=n: site.elts.pop(n)
        case ast.Dict(keys=keys) if len(keys) > 1:
            for n, each in enumerate(keys):
                told = ast.unparse(each) if each else "what is merged"
                yield f"without {told}", lambda site, n=n: (site.keys.pop(n), site.values.pop(n))


def is_none(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def survives(module: str, mutant: Mutant, tests: tuple[str, ...]) -> bool:
    """Whether the tests pass all the same; in a fork, so that nothing of the product is loaded before."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        os._exit(run_against(module, mutant, tests))
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status) == 0


def run_against(module: str, mutant: Mutant, tests: tuple[str, ...]) -> int:
    import pytest

    name = "asset_tracker." + module.replace("/", ".")
    loader: Any = importlib.machinery.SourceFileLoader
    as_ever = loader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        if fullname == name:
            return compile(mutant.source, self.get_filename(fullname), "exec")
        return as_ever(self, fullname)

    loader.get_code = get_code
    without = [f"-pno:{each}" for each in ("cacheprovider", "xdist", "schemathesis", "playwright")]
    return int(pytest.main(["-x", "-q", "--noconftest", *QUIET, *without, *tests]))


def tests_of(module: str) -> tuple[str, ...]:
    return tuple(each for each in MODULES[module] if (ROOT / each).exists())


def main() -> int:
    """Break every module in turn, and tell what nobody noticed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    asked.add_argument("--sample", type=int, metavar="N", help="only N mutants of each module")
    asked.add_argument("--list", action="store_true", help="tell the mutants, and run nothing")
    given = asked.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    import hypothesis
    import msgspec
    import pytest  # loaded once, for all the forks
    import sqlalchemy.ext.asyncio

    del hypothesis, msgspec, pytest, sqlalchemy
    made = noticed = 0
    for module in given.modules or MODULES:
        source = (ROOT / "src/asset_tracker" / f"{module}.py").read_text()
        mutants = mutants_of(source)
        every = max(1, len(mutants) // given.sample) if given.sample else 1
        chosen = mutants[::every]
        if given.list:
            for each in chosen:
                print(f"{module}.py:{each.line}: {each.what}")
            continue
        began = time.monotonic()
        if not survives(module, Mutant(0, "nothing", source), tests_of(module)):
            print(f"{module}: its tests fail as it is")
            return 1
        living = [each for each in chosen if survives(module, each, tests_of(module))]
        for each in living:
            print(f"  survived: {module}.py:{each.line}: {each.what}", flush=True)
        made, noticed = made + len(chosen), noticed + len(chosen) - len(living)
        print(
            f"{module}: {len(chosen) - len(living)} of {len(chosen)} noticed, "
            f"{100 * (len(chosen) - len(living)) / len(chosen):.0f} %, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    if made:
        print(f"all: {noticed} of {made} noticed, {100 * noticed / made:.1f} %")
    return 1 if made and 100 * noticed < TARGET * made else 0


if __name__ == "__main__":
    raise SystemExit(main())
