"""What the wheel, the container file, the compose file and the units name is there to be named.

No container is run here; what can be wrong without running one is looked at.
"""

import fnmatch
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from asset_tracker.cli import group
from asset_tracker.settings import PREFIX, Settings, variable

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "operations"
UNITS = sorted((OPERATIONS / "systemd").iterdir())
COMPOSE = yaml.safe_load((OPERATIONS / "compose.yaml").read_text("utf-8"))
LINES = (OPERATIONS / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
STEPS = [line.split(None, 1) for line in LINES if line and not line.startswith("#")]
SETTINGS = {variable(name) for name in Settings.__struct_fields__}


def must_be_a_command(words):
    command, words = group, list(words)
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(group), words.pop(0))
        assert command is not None, words
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    assert [word for word in words if word.startswith("-") and word not in known] == []


def test_everything_that_the_package_holds_goes_into_the_wheel():
    kinds = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    globs = [each.removeprefix("**/") for each in kinds["asset_tracker"]]
    files = [path for path in (ROOT / "src/asset_tracker").rglob("*") if path.is_file()]
    left = {
        path.name
        for path in files
        if path.suffix not in (".py", ".pyc")
        and path.name != ".made"
        and not any(fnmatch.fnmatch(path.name, each) for each in globs)
    }
    assert left == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_start_commands_that_there_are(unit):
    text = unit.read_text("utf-8")
    for line in re.findall(r"^ExecStart=\S*/asset-tracker (.+)$", text, re.MULTILINE):
        must_be_a_command(word for word in line.split() if not word.startswith("$"))
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
    assert unit.name in (ROOT / "docs/operations.md").read_text("utf-8") or unit.suffix == ".timer"


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_special():
    for word, rest in STEPS:
        if word == "COPY" and not rest.startswith("--from"):
            assert [each for each in rest.split()[:-1] if not (ROOT / each).exists()] == []
    words = [word for word, _ in STEPS]
    last = len(words) - 1 - words[::-1].index("FROM")
    assert ["USER", "asset-tracker"] in STEPS[last:]
    assert "HEALTHCHECK" in words[last:]
    assert ["ENTRYPOINT", '["asset-tracker"]'] in STEPS
    must_be_a_command(["serve"])
    told = re.findall(rf"\b({PREFIX}\w+)=", "\n".join(rest for word, rest in STEPS if word == "ENV"))
    assert told
    assert set(told) <= SETTINGS
    # a short name: which registry it comes from is for whoever builds
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+( AS build)?", rest) for word, rest in STEPS if word == "FROM")


def test_the_compose_file_names_what_it_has():
    services, secrets = COMPOSE["services"], COMPOSE["secrets"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", ())) <= set(secrets), name
        assert {each.split(":")[0] for each in service.get("volumes", ())} <= set(COMPOSE["volumes"]), name
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], needed
        environment = service.get("environment", {})
        assert {each for each in environment if each.startswith(PREFIX)} <= SETTINGS, name
        assert not any("PASSWORD" in each and not each.endswith("_FILE") for each in environment), name
        if service["image"] == "asset-tracker":
            must_be_a_command(service["command"])
    build = services["serve"]["build"]
    assert (OPERATIONS / build["context"] / build["dockerfile"]).samefile(OPERATIONS / "Containerfile")
    assert all(re.fullmatch(r"[a-z-]+(/[a-z]+)?(:\d+)?", each["image"]) for each in services.values())


def test_secrets_are_made_once_and_are_what_the_compose_file_reads(tmp_path):
    script = tmp_path / "make-secrets"
    script.write_bytes((OPERATIONS / "make-secrets").read_bytes())
    subprocess.run(["sh", script], check=True, capture_output=True)
    made = {f"./secrets/{path.name}" for path in (tmp_path / "secrets").iterdir()}
    assert made == {each["file"] for each in COMPOSE["secrets"].values()}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    for name in ("app", "owner"):
        env = dict(
            each.split("=", 1)
            for each in shlex.split((tmp_path / "secrets" / name).read_text())
            if each.startswith(PREFIX)
        )
        assert Settings.from_env(env).database_url.endswith("@database/asset_tracker")
    assert subprocess.run(["sh", script], check=False, capture_output=True).returncode == 1
