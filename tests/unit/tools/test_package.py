"""The wheel is built from patterns; a new kind of file must not be left out of it unseen."""

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_tracked_file_of_the_package_goes_into_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["asset_tracker"]
    source = ROOT / "src" / "asset_tracker"
    packed = {path for pattern in patterns for path in source.glob(pattern)} | set(source.rglob("*.py"))
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "src/asset_tracker"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    left_out = [name for name in tracked.split("\0") if name and ROOT / name not in packed]
    assert left_out == []


def test_every_folder_of_code_is_a_package():
    source = ROOT / "src" / "asset_tracker"
    folders = {path.parent for path in source.rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
