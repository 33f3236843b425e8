"""Everything that has a name for users stands in the documents: commands, problems, metrics, settings."""

import importlib
import pkgutil
import re
import shlex
from pathlib import Path

import click
import pytest
from prometheus_client import REGISTRY

import asset_tracker
from asset_tracker.cli import group
from asset_tracker.db.roles import ROLES
from asset_tracker.edge.problems import STATUS
from asset_tracker.errors import AssetTrackerError

ROOT = Path(__file__).parents[2]
DOCS = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
ALL = "\n".join([*DOCS.values(), (ROOT / "README.md").read_text("utf-8")])
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", DOCS["problems.md"], re.MULTILINE))
ONLY_COMMANDS = {"settings", "backup", "error"}


def commands(of=group, before="asset-tracker"):
    context = click.Context(of)
    for name in of.list_commands(context):
        command = of.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def shown_lines():
    """Every command line of ours in the documents, where a shell or a unit would run it."""
    for name, text in DOCS.items():
        for block in re.findall(r"^```(?:sh|ini)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                found = re.match(r"(?:ExecStart=\S*/)?(asset-tracker \w.*)", line)
                if found:
                    yield name, found[1]


@pytest.mark.parametrize(("name", "line"), list(shown_lines()))
def test_each_command_line_that_is_shown_is_one(name, line):
    command, context = group, click.Context(group)
    words = shlex.split(line.replace("[", " ").replace("]", " "), comments=True)[1:]
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
        assert command is not None, line
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    assert [word for word in words if re.match(r"--?[a-z]", word) and word not in known] == []


def errors(cls=AssetTrackerError):
    yield cls
    for sub in cls.__subclasses__():
        yield from errors(sub)


@pytest.fixture(scope="module")
def everything():
    """Every module of the product, loaded."""
    for module in pkgutil.walk_packages(asset_tracker.__path__, "asset_tracker."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


@pytest.mark.parametrize("command", list(commands()))
def test_each_command_is_told(command):
    assert command in ALL, f"nothing in docs/ says what {command} is for"


def test_each_problem_is_told_with_its_status(everything):
    kinds = [each for each in errors() if each.code not in ONLY_COMMANDS]
    for each in kinds:
        status = next(STATUS[base] for base in each.__mro__ if base in STATUS)
        assert ROWS.get(each.code) == str(status), f"docs/problems.md does not tell {each.code} with {status}"
    of_the_edge = set(re.findall(r'(?:TYPE \+ |\d{3}: )"([a-z-]+)"', edge()))
    assert {"malformed", "content-type", "cross-site", "unknown-host"} <= of_the_edge
    assert of_the_edge <= set(ROWS)


def test_no_problem_is_told_that_there_is_not(everything):
    known = {each.code for each in errors()} | set(re.findall(r'"([a-z-]+)"', edge()))
    assert set(ROWS) <= known


def edge():
    folder = ROOT / "src/asset_tracker/edge"
    return "".join((folder / name).read_text() for name in ("problems.py", "outer.py"))


def test_each_metric_that_is_watched_is_one(everything):
    known = {metric.name for metric in REGISTRY.collect()}
    told = set(re.findall(r"`(asset_tracker_\w+)", DOCS["operations.md"])) - set(ROLES)
    assert told
    assert told - known - {f"{name}{end}" for name in known for end in ("_total", "_count")} == set()


@pytest.mark.parametrize("name", sorted(DOCS))
def test_links_lead_somewhere(name):
    for target, _, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)(#([^)\s]+))?\)", DOCS[name]):
        path = ROOT / "docs" / (target or name)
        assert path.exists(), target
        if heading.strip("#") and path.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading.strip("#") in slugs, f"{target}{heading}"


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")]
    assert numbers
    assert len(set(numbers)) == len(numbers)


def test_upgrade_notes_name_the_databases_that_are_tried():
    tried = {path.stem[3:] for path in (ROOT / "tests/integration/upgrades").glob("at_*.sql")}
    told = re.findall(r"^\| `(\d{4})`( \*kept\*)? \|", DOCS["upgrades.md"], re.MULTILINE)
    assert {revision for revision, kept in told if kept} == tried
    there = {path.name[:4] for path in (ROOT / "src/asset_tracker/migrations/versions").glob("0*.py")}
    assert {revision for revision, _ in told} <= there
    assert told == sorted(told)
