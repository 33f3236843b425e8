"""A test that is left out holds nothing: which may be, and what for, stands here and nowhere else.

What a test needs besides (the browser's libraries, axe-core) is fetched by ``make test``, so that its absence is a
failure as any other.
"""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LEFT_OUT = re.compile(r"\b(?:pytest\.|mark\.|unittest\.)(?:skip\w*|xfail|importorskip)|\bcollect_ignore\w*\b")
MAY_BE = {
    "browser/conftest.py": 1,  # no Chromium; with REQUIRE_BROWSER, as in .ci/run, that is a failure
    "integration/faults/test_disk_full.py": 1,  # no right to mount a disk; test_waiting.py has one that only says so
    "integration/test_embedded.py": 1,  # not root: what only root does differently
}


def test_no_test_is_left_out_but_for_what_a_machine_may_lack():
    here = Path(__file__)
    found = {
        path.relative_to(TESTS).as_posix(): count
        for path in TESTS.rglob("*.py")
        if path != here and (count := len(LEFT_OUT.findall(path.read_text("utf-8"))))
    }
    assert found == MAY_BE
