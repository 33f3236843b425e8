"""The scan finds each form of secret, and leaves what only looks like one."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def scan():
    spec = importlib.util.spec_from_file_location("scan_secrets", ROOT / "tools" / "scan_secrets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Put together here, so that the scan does not find its own test.
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-----BEGIN " + "PRIVATE KEY-----", "a private key"),
        ("AGE-SECRET" + "-KEY-1" + "Q" * 58, "an age identity"),
        ("Authorization: Bearer at" + "_" + "aB3-" * 10 + "xyz", "an API token of ours"),
        ("AKI" + "AIOSFODNN7EXAMPLE", "a key of a cloud"),
        ("gh" + "p_" + "a1B2" * 9, "a token of a code forge or registry"),
        ("xox" + "b-123456789012-abcdefghijkl", "a token of a messenger"),
        ("ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0In0." + "x" * 30, "a signed token"),
        ("postgresql://us" + "er:hunter22@db/x", "a password in an address"),
        ('SECRET_KEY = "9f8c1d' + '2e7b6a5f4c3d2e1f0a"', "a random value under a name that keeps secrets"),
    ],
)
def test_a_secret_is_found(scan, line, told):
    assert scan.secret_in(line) == told
    assert scan.secret_in(line + "  # nothing") == told


@pytest.mark.parametrize(
    "line",
    [
        "postgresql://USER:PASSWORD@HOST/DATABASE",
        'PASSWORD = "a long enough password"',
        'token = "the-token-of-the-form-field"',
        "sha256:" + "ab" * 32,
        "at_" + "short",
        'SECRET = "' + "t" * 40 + '"',
    ],
)
def test_what_only_looks_like_one_is_left(scan, line):
    assert scan.secret_in(line) is None


def test_an_exemption_needs_a_reason(scan, tmp_path):
    secret = "AKI" + "AIOSFODNN7EXAMPLE"
    path = tmp_path / "x.py"
    path.write_text(f"{secret}  # secret-scan: of the manual\n{secret}  # secret-scan:\n")
    assert list(scan.secrets_in(path)) == [(2, "a key of a cloud")]


def test_nothing_in_this_repository_is_one(scan):
    assert scan.main([]) == 0
