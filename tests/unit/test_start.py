"""What a process loads at its start stays in its memory: libraries that few requests need come with those."""

import os
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory

from asset_tracker.db import migrate
from asset_tracker.labels import symbol

LATER = {
    "PIL",
    "alembic",
    "fontTools",
    "httpx",
    "joserfc",
    "lxml",
    "numpy",
    "openpyxl",
    "opentelemetry",
    "pyarrow",
    "qrcode",
    "stdnum",
    "typst",
}


@pytest.mark.parametrize(
    "module", ["asset_tracker.app", "asset_tracker.cli.serve", "asset_tracker.cli.worker"]
)
def test_a_start_loads_what_every_request_needs(module):
    told = f"import sys, {module}; print(*(set({sorted(LATER)}) & sys.modules.keys()))"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_revisions_are_read_as_alembic_knows_them():
    script = ScriptDirectory.from_config(migrate._config())
    assert migrate.head() == script.get_current_head()
    assert migrate.revisions() == {each.revision for each in script.walk_revisions()}


def test_symbols_know_the_package_by_heart():
    from qrcode import constants, util

    levels = {name: getattr(constants, f"ERROR_CORRECT_{name}") for name in "LMQH"}
    assert levels == symbol._PACKAGE_LEVEL
    assert util.ALPHA_NUM.decode() == symbol._ALPHANUMERIC
