"""Write ``requirements/*.txt``: every package pinned, with the hashes of all its files, and no host name.

usage: lock.py [--upgrade]      (``make lock``; needs pip-tools, which ``make dev`` installs)

``run`` is what the product needs, ``dev`` that and all that tests and linters need, ``build`` what makes
the project itself installable, ``node`` a Node.js for machines that have none. All are resolved on the
oldest Python we support; packages that only newer ones drop do no harm there.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "requirements"
OPTIONS = [
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-emit-options",
    "--resolver=backtracking",
]


def main(arguments: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = project["project"]["dependencies"]
    groups = project["dependency-groups"]
    build = project["build-system"]["requires"]
    LOCKS.mkdir(exist_ok=True)
    wanted = {
        "build": build,
        "node": groups["node"],
        "run": run,
        "dev": [*run, *groups["test"], *groups["lint"], *groups["bench"], *build],
    }
    for name, requirements in wanted.items():
        constraint = LOCKS / "run.txt" if name == "dev" else None
        compile_lock(LOCKS / f"{name}.txt", requirements, constraint, arguments)


def compile_lock(lock: Path, requirements: list[str], constraint: Path | None, arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.in"
        lines = [*requirements, *([f"-c {constraint}"] if constraint else [])]
        wanted.write_text("\n".join(lines) + "\n")
        command = ["compile", *OPTIONS, *arguments, "--output-file", str(lock), str(wanted)]
        subprocess.run([sys.executable, "-m", "piptools", *command], check=True)
    text = lock.read_text()
    if found := re.search(r"https?://|file://|find-links", text):
        raise SystemExit(f"{lock.name} names a host: {found[0]}")
    print(f"{lock.relative_to(ROOT)}: {len(re.findall(r'(?m)^[a-z0-9].*==', text))} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
