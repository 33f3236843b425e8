"""What the product is made of, and what is known against it."""

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made():
    return tool("sbom").sbom()


def test_every_pinned_package_and_every_shipped_library_is_listed(made):
    listed = {(each["name"], each["version"]) for each in made["components"]}
    pins = re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert set(pins) <= listed
    assert {"htmx.org", "zxing-wasm"} <= {name for name, _ in listed}
    shipped = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(shipped) <= {name for name, _ in listed}


def test_it_has_the_form_of_cyclonedx(made):
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    refs = [each["bom-ref"] for each in made["components"]]
    assert len(refs) == len(set(refs)) > 50
    lengths = {"SHA-256": 64, "SHA-512": 128}
    for each in made["components"]:
        assert each["type"] == "library"
        assert each["purl"].startswith(("pkg:pypi/", "pkg:npm/"))
        assert each["hashes"]
        assert all(lengths[one["alg"]] == len(one["content"]) for one in each["hashes"])
    told = {each["ref"] for each in made["dependencies"]} - {made["metadata"]["component"]["bom-ref"]}
    assert told <= set(refs)
    assert {need for each in made["dependencies"] for need in each["dependsOn"]} <= set(refs)
    litestar = next(each for each in made["dependencies"] if "/litestar@" in each["ref"])
    assert any("/msgspec@" in need for need in litestar["dependsOn"])


def test_it_is_the_same_each_time(made):
    assert tool("sbom").sbom() == made


def test_what_is_installed_and_in_no_lock_is_named(made):
    sbom = tool("sbom")
    without = made | {"components": [each for each in made["components"] if each["name"] != "litestar"]}
    assert any(line.startswith("litestar ") for line in sbom.unlisted(without))


KNOWN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("answer", "ends", "says"),
    [
        ({"dependencies": [KNOWN]}, 0, "1 of 1 audited, 0 advisories"),
        ({"dependencies": [KNOWN, BAD]}, 1, "b 2: PYSEC-1, put right in 3"),
        ({"dependencies": [KNOWN, SKIPPED]}, 0, "NOT AUDITED: 1 of 2 packages"),
        ("connection refused", 0, "NOT AUDITED: requirements/run.txt: connection refused"),
    ],
)
def test_an_audit_that_was_none_says_so(capsys, answer, ends, says):
    assert tool("audit").told("run", answer) == ends
    assert says in capsys.readouterr().out


def test_a_service_out_of_reach_is_no_failure(monkeypatch):
    audit = tool("audit")
    late = subprocess.TimeoutExpired("pip-audit", 1)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(late))
    assert audit.asked(ROOT / "requirements/run.txt") == "no answer within 180 seconds"
