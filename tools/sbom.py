"""Write what the product is made of: CycloneDX 1.6, from the locks, into ``build/sbom.cdx.json``.

usage: sbom.py [--check]      (``make sbom``)

Python packages of ``requirements/run.txt`` with the hashes of their files, their licences and what needs
what as the installed ones say; browser libraries of ``package-lock.json`` that are shipped. ``--check`` ends
with 1 when something is installed that is neither in it nor a tool of ours, or in another version.
"""

import base64
import json
import re
import sys
import tomllib
import uuid
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "sbom.cdx.json"
OURS = "asset-tracker"
# What makes environments, and is in none of the locks by name.
INSTALLERS = {"pip", "setuptools", "wheel"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NEEDS = re.compile(r"^([A-Za-z0-9._-]+)")


def main(arguments: list[str]) -> int:
    """Write it, and check it when asked."""
    made = sbom()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    print(f"{OUT.relative_to(ROOT)}: {len(made['components'])} components")
    missing = list(unlisted(made)) if "--check" in arguments else []
    for each in missing:
        print(f"installed and not listed: {each}")
    return 1 if missing else 0


def sbom() -> dict[str, Any]:
    """The whole document; the same for the same locks."""
    components = [*python_components(), *npm_components()]
    listed = {each["bom-ref"] for each in components}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    main_ref = f"pkg:generic/{OURS}@{version}"
    names = "\n".join(sorted(listed))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, names)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": main_ref,
                "name": OURS,
                "version": version,
            }
        },
        "components": components,
        "dependencies": [
            {"ref": main_ref, "dependsOn": sorted(listed)},
            *({"ref": ref, "dependsOn": needed} for ref, needed in needs(components)),
        ],
    }


def python_components() -> list[dict[str, Any]]:
    """The packages that the product needs to run, as they are pinned."""
    found = []
    for name, version, hashes in pinned("run"):
        component = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            # One for each file that is taken: the source and the wheels of every platform.
            "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
        }
        there = installed(name)
        if there is not None and (licence := licence_of(there)):
            component["licenses"] = licence
        found.append(component)
    return found


def npm_components() -> list[dict[str, Any]]:
    """The browser libraries whose files are shipped."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    found = []
    for path, package in lock["packages"].items():
        if not path or package.get("dev") or package.get("optional") or package.get("peer"):
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        algorithm, _, digest = package["integrity"].partition("-")
        found.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": package["version"],
                "purl": purl,
                "hashes": [
                    {
                        "alg": algorithm.upper().replace("SHA", "SHA-"),
                        "content": base64.b64decode(digest).hex(),
                    }
                ],
                "licenses": [{"expression": package["license"]}] if "license" in package else [],
            }
        )
    return found


def pinned(lock: str) -> list[tuple[str, str, list[str]]]:
    """Name, version and hashes of each package of a lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text().replace("\\\n", " ")
    return [
        (normal(pin[1]), pin[2], _HASH.findall(line))
        for line in text.splitlines()
        if (pin := _PIN.match(line))
    ]


def unlisted(made: dict[str, Any]) -> list[str]:
    """What is installed beside what is listed: other versions, and packages that no lock knows."""
    listed = {(each["name"], each["version"]) for each in made["components"]}
    needed = {name for name, _, _ in pinned("run")}
    tools = {
        (name, version)
        for lock in ("dev", "build", "node")
        for name, version, _ in pinned(lock)
        if name not in needed
    }
    there = {(normal(each.name), each.version) for each in distributions()}
    return sorted(
        f"{name} {version}" for name, version in there - listed - tools if name not in INSTALLERS | {OURS}
    )


def needs(components: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """What each Python package needs of the others, as far as it is installed."""
    refs = {each["name"]: each["bom-ref"] for each in components if each["purl"].startswith("pkg:pypi/")}
    found = []
    for name, ref in refs.items():
        there = installed(name)
        asked = [
            _NEEDS.match(each) for each in (there.requires or [] if there else []) if "extra ==" not in each
        ]
        found.append(
            (ref, sorted({refs[normal(each[1])] for each in asked if each and normal(each[1]) in refs}))
        )
    return found


def installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def licence_of(there: Distribution) -> list[dict[str, Any]]:
    """Its licence as it says: an SPDX expression, or a short name."""
    said = there.metadata
    if "License-Expression" in said:
        return [{"expression": said["License-Expression"]}]
    named = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or () if each.startswith("License")
    ]
    return [{"license": {"name": each}} for each in named]


def normal(name: str) -> str:
    """The name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
