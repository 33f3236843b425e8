import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "run": PROJECT["project"]["dependencies"],
    "dev": [
        *PROJECT["project"]["dependencies"],
        *(line for group in ("test", "lint", "bench") for line in PROJECT["dependency-groups"][group]),
    ],
    "build": PROJECT["build-system"]["requires"],
    "node": PROJECT["dependency-groups"]["node"],
}


def pinned(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE)), text


@pytest.mark.parametrize("name", WANTED)
def test_the_lock_has_what_the_project_asks_for(name):
    versions, _ = pinned(name)
    for requirement in map(Requirement, WANTED[name]):
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not locked: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: make lock"


@pytest.mark.parametrize("name", WANTED)
def test_every_package_has_hashes_and_none_a_host(name):
    versions, text = pinned(name)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(versions)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_what_runs_is_what_is_tested():
    run, dev = pinned("run")[0], pinned("dev")[0]
    assert run.items() <= dev.items()


def test_browser_libraries_are_locked_by_hash_and_without_hosts():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())
