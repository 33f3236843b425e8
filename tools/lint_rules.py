"""The rules of the house that no ready-made linter knows. Prints each breach, and ends with 1 if there is one.

usage: lint_rules.py [ROOT]

A rule looks at one Python module and yields the line and what is wrong there; ``in_text`` ones look at
any tracked file. Each has a test in ``tests/unit/tools``.
"""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

Breach = tuple[int, str]
Rule = Callable[[str, ast.Module, str], Iterator[Breach]]

MAX_LINES = 450  # that are not blank; about 400 is the aim
COMMITS = {"db/engine.py", "db/migrate.py"}
EDGES = ("api/", "web/", "edge/")
ROUTES = {"get", "post", "put", "patch", "delete", "route"}

# Put together here, so that this file does not break its own rule.
HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "/opt/" + "pypi"))
)
MACHINE = re.compile(r"(?<![\w/.])/(home|root|work|Users)/" + r"[\w.]+/?")
# A reason follows, behind a dash or as a comment of its own.
EXEMPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)\b(?P<codes>(?::\s*[A-Z0-9, ]+|\[[\w, -]+\])?)(?P<rest>.*)"
)
SQL_ON_EVENT = re.compile(r"\b(insert\s+into|update|delete\s+from|truncate|copy)\s+event\b", re.IGNORECASE)
WRITES = {"insert", "update", "delete"}


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).parents[1]
    breaches = [
        f"{name}:{line}: {told}" for name in tracked(root) for line, told in breaches_of(root, Path(name))
    ]
    for breach in breaches:
        print(breach)
    lengths = list(handler_lengths(root / "src" / "asset_tracker"))
    if lengths:
        print(
            f"{len(lengths)} handlers, median length {statistics.median(lengths):g} lines, longest {max(lengths)}"
        )
    return 1 if breaches else 0


def tracked(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def breaches_of(root: Path, name: Path) -> Iterator[Breach]:
    try:
        text = (root / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # a picture or a workbook
    yield from in_text(text)
    if name.suffix != ".py":
        return
    yield from exemptions_have_reasons(text)
    parts = name.parts
    if parts[:2] == ("src", "asset_tracker"):
        inside = "/".join(parts[2:])
        tree = ast.parse(text)
        for rule in RULES:
            yield from rule(inside, tree, text)


def in_text(text: str) -> Iterator[Breach]:
    """No registry's host and no path of somebody's machine in anything that is published."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := HOSTS.search(line) or MACHINE.search(line):
            yield number, f"names a registry or a path of one machine: {found[0]}"


def exemptions_have_reasons(text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        found = EXEMPTION.search(line)
        if found is None or line.lstrip().startswith("EXEMPTION"):
            continue
        if not found["codes"]:
            yield number, "name the rule that is exempted"
        elif not re.match(r"\s*(-|–|#)\s*\w", found["rest"]):
            yield number, f"say why behind it: {found[0].strip()}"


def modules_are_short(name: str, _: ast.Module, text: str) -> Iterator[Breach]:
    count = sum(1 for line in text.splitlines() if line.strip())
    if count > MAX_LINES and not name.startswith("migrations/"):
        yield 1, f"{count} lines that are not blank; {MAX_LINES} is enough for one module"


def commits_stand_at_the_edge(name: str, tree: ast.Module, _: str) -> Iterator[Breach]:
    """A transaction is a ``with`` block (engine.begin, db.engine.transaction); nobody else ends one."""
    if name in COMMITS:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback" as what), args=[], keywords=[]):
                yield node.lineno, f".{what}() ends a transaction that belongs to the edge"


def transactions_say_for_whom(name: str, tree: ast.Module, _: str) -> Iterator[Breach]:
    """``engine.begin`` sees nothing: ``db.engine.transaction`` is the system's, ``transaction_for`` an actor's."""
    if name == "db/engine.py":
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    attr="begin",
                    value=ast.Name(id="engine") | ast.Attribute(attr="engine" | "_engine"),
                )
            ):
                yield (
                    node.lineno,
                    "say for whom: db.engine.transaction (the system) or transaction_for (an actor)",
                )


def annotations_are_real(name: str, tree: ast.Module, _: str) -> Iterator[Breach]:
    """Litestar and msgspec read annotations at run time."""
    if not name.startswith(EDGES):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                yield node.lineno, "TYPE_CHECKING hides a name that is needed at run time"


def value_errors_are_not_handled(_: str, tree: ast.Module, __: str) -> Iterator[Breach]:
    """Validation errors are ValueErrors; a handler for them would hide bugs as bad input."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="exception_handlers", value=ast.Dict(keys=keys)):
                for key in keys:
                    if isinstance(key, ast.Name) and key.id == "ValueError":
                        yield key.lineno, "no handler for ValueError"


def one_door_to_the_ledger(name: str, tree: ast.Module, _: str) -> Iterator[Breach]:
    if name == "ledger/store.py" or name.startswith("migrations/"):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=verb) | ast.Attribute(attr=verb), args=args) if verb in WRITES:
                if any(is_event_table(argument) for argument in args) or (
                    isinstance(node.func, ast.Attribute) and is_event_table(node.func.value)
                ):
                    yield node.lineno, "only ledger/store.py writes the event table"
            case ast.Constant(value=str(text)) if SQL_ON_EVENT.search(text):
                yield node.lineno, "only ledger/store.py writes the event table"


def is_event_table(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="tables"), attr="event"):
            return True
    return False


def grants_become_sql_in_one_place(name: str, tree: ast.Module, _: str) -> Iterator[Breach]:
    """Outside access, whoever speaks SQL asks access.scope, and never looks at grants."""
    if name.startswith(("access/", "migrations/")):
        return
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    speaks_sql = any(module.partition(".")[0] == "sqlalchemy" for module in imported)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="user_grant") | ast.alias(name="user_grant"):
                yield node.lineno, "the table of grants belongs to access"
            case ast.Attribute(value=ast.Name(id="actor"), attr="grants") if speaks_sql:
                yield node.lineno, "ask access.scope instead of looking at grants"


def handler_lengths(source: Path) -> Iterator[int]:
    """Lines of each handler's body, docstring not counted."""
    for folder in ("api", "web"):
        for path in (source / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and is_handler(node):
                    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                    yield (body[-1].end_lineno or 0) - body[0].lineno + 1


def is_handler(node: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    called = [item.func for item in node.decorator_list if isinstance(item, ast.Call)]
    return any(isinstance(func, ast.Name) and func.id in ROUTES for func in called)


RULES: tuple[Rule, ...] = (
    modules_are_short,
    commits_stand_at_the_edge,
    transactions_say_for_whom,
    annotations_are_real,
    value_errors_are_not_handled,
    one_door_to_the_ledger,
    grants_become_sql_in_one_place,
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
