"""Ask the advisory service about everything in the locks. Ends with 1 when something is known to be vulnerable.

usage: audit.py

pip-audit asks; this tells apart what it does not: a lock in which nothing is wrong, and one that nobody
could look into because the service was out of reach or knew none of the packages. The second is said
loudly, and is no failure: a run without that network must still pass.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("run", "dev", "build")
SECONDS = 180
LOUD = "!" * 78


def main() -> int:
    """Audit each lock."""
    with ThreadPoolExecutor() as at_once:
        answers = at_once.map(asked, (ROOT / "requirements" / f"{lock}.txt" for lock in LOCKS))
        return max(told(lock, answer) for lock, answer in zip(LOCKS, answers, strict=True))


def asked(lock: Path) -> dict[str, Any] | str:
    """What pip-audit answers, or why it does not."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} seconds"
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"pip-audit ended with {done.returncode}"
    return answer


def told(name: str, answer: dict[str, Any] | str) -> int:
    """Print the verdict on one lock; 1 when something in it is vulnerable."""
    if isinstance(answer, str):
        print(f"{LOUD}\nNOT AUDITED: requirements/{name}.txt: {answer}\n{LOUD}")
        return 0
    packages = answer["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    known = [each for each in packages if "skip_reason" not in each]
    bad = [(each, advisory) for each in known for advisory in each["vulns"]]
    for each, advisory in bad:
        fixed = ", ".join(advisory["fix_versions"]) or "nowhere yet"
        print(f"{each['name']} {each['version']}: {advisory['id']}, put right in {fixed}")
    if unknown:
        print(f"{LOUD}\nNOT AUDITED: {len(unknown)} of {len(packages)} packages in requirements/{name}.txt")
        print(f"are unknown to the service: {', '.join(unknown[:5])} ...\n{LOUD}")
    print(f"requirements/{name}.txt: {len(known)} of {len(packages)} audited, {len(bad)} advisories")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
