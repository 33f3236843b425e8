"""Look for secrets in every tracked file. Prints where one stands (never the secret), and ends with 1 if there is one.

usage: scan_secrets.py [ROOT]

Known forms of keys and tokens anywhere, our own among them, and random-looking values that are given to a
name such as ``password`` or ``token``. Passwords written in Python are ruff's business (S105 to S107).
A line that only looks like one ends with ``secret-scan: REASON``.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Hashes by the thousand, and no place where anybody writes.
LOCKS = re.compile(r"^(requirements/.*\.txt|package-lock\.json)$")
FORMS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an age identity": r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "an API token of ours": r"\bat_[A-Za-z0-9_-]{43}\b",
    "a key of a cloud": r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}\b",
    "a token of a code forge or registry": r"\b(gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|pypi-[A-Za-z0-9_-]{50,}|npm_[A-Za-z0-9]{36})",
    "a token of a messenger": r"\bxox[abprs]-[A-Za-z0-9-]{20,}|\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
}
_FORMS = {told: re.compile(form) for told, form in FORMS.items()}
# A password in an address, but for the words that stand for one.
_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+]*://[^\s/:@\"'`{}]+:(?P<value>[^\s/:@\"'`{}]{3,})@")
_PLACEHOLDER = re.compile(r"^(PASSWORD|password|pass|secret|SECRET|x+|\*+|\.+|<.*>|\$.*)$")
_GIVEN = re.compile(
    r"(?i)\b[\w-]*(password|passwd|secret|token|api_?key|private_?key)[\w-]*[\"']?\s*[:=]\s*[\"'](?P<value>[^\"'\s]{20,})[\"']"
)
EXEMPT = re.compile(r"secret-scan: \w+")


def main(arguments: list[str]) -> int:
    """Scan every tracked file below ROOT."""
    root = Path(arguments[0]) if arguments else Path(__file__).parents[1]
    found = [f"{name}:{line}: {told}" for name in tracked(root) for line, told in secrets_in(root / name)]
    for each in found:
        print(each)
    return 1 if found else 0


def tracked(root: Path) -> list[str]:
    """Files under version control, but for the locks."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in names if name and not LOCKS.match(name) and (root / name).is_file()]


def secrets_in(path: Path) -> Iterator[tuple[int, str]]:
    """Line and kind of each secret in a file; nothing in one that is not text."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        told = None if EXEMPT.search(line) else secret_in(line)
        if told:
            yield number, told


def secret_in(line: str) -> str | None:
    """What kind of secret a line holds, or None."""
    for told, form in _FORMS.items():
        if form.search(line):
            return told
    address = _IN_ADDRESS.search(line)
    if address and not _PLACEHOLDER.match(address["value"]):
        return "a password in an address"
    given = _GIVEN.search(line)
    if given and entropy(given["value"]) > 3.5 and re.search(r"\d", given["value"]):
        return "a random value under a name that keeps secrets"
    return None


def entropy(value: str) -> float:
    """Bits for each character: some 2.5 of a word, 4 of random hexadecimals, 5 and more of base 64."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
