"""Install the wheel as ``pipx`` would, into an environment of its own, and use it: a page, a report, a label.

usage: try_wheel.py WHEEL      (``make try-wheel``, which builds it first)

Packages come from the lock, by hash. The server runs in an empty folder, with nothing of this checkout in reach.
"""

import re
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
_REPORT = "/api/v1/reports/municipalities/UA18080010000090720"
PATIENCE = 180  # seconds for the first start, which loads the demonstration data


def main(wheel: Path) -> None:
    """Everything in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="asset-tracker-wheel-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # under root the embedded database is another user, who passes through
        command = installed(wheel, folder / "environment")
        (folder / "empty").mkdir()
        use(command, folder / "empty")


def installed(wheel: Path, place: Path) -> Path:
    """The command ``asset-tracker`` of a fresh environment with the wheel in it."""
    venv.create(place, with_pip=True)
    pip = [str(place / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True)
    subprocess.run([*pip, str(wheel)], check=True)
    subprocess.run([str(place / "bin" / "pip"), "check"], check=True, stdout=subprocess.DEVNULL)
    print(f"installed {wheel.name}")
    return place / "bin" / "asset-tracker"


def use(command: Path, folder: Path) -> None:
    """Start it with the demonstration, and ask for one of everything that files of the package are needed for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder.parent / "log"
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "ASSET_TRACKER_PORT": str(port)}
    with log.open("w") as out:
        server = subprocess.Popen(
            [str(command), "serve", "--demo"], cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        await_start(server, address, log)
        ask(address, log.read_text())
    finally:
        server.terminate()
        server.wait(60)  # the embedded database, which nobody else uses, goes with it


def await_start(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if server.poll() is not None:
            raise SystemExit(f"it ended with {server.returncode}:\n{log.read_text()}")
        try:
            if httpx.get(f"{address}/readyz").json()["status"] == "ready":
                print(f"ready after {time.monotonic() - began:.0f} s")
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise SystemExit(f"it did not start:\n{log.read_text()}")


def ask(address: str, said: str) -> None:
    """Log in, and ask for a page, its style, a scanner, a typeset report, a workbook and a label."""
    found = re.search(r"coordinator@demo\.example\W+(\S+)", said)
    if found is None:
        raise SystemExit(f"no log-in was told:\n{said}")
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as browser:
        given = {"email": "coordinator@demo.example", "password": found[1]}
        browser.post("/login", data=given, headers={"Origin": address}).raise_for_status()
        page = browser.get("/assets")
        stylesheet = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page.text)
        tag = browser.get("/api/v1/assets", params={"limit": 1}).json()["items"][0]["tag"]
        wanted = {
            "the list of assets": (page, b"<html"),
            "its style": (browser.get(stylesheet[1] if stylesheet else "/no-style"), b"{"),
            "the scanner": (browser.get("/static/vendor/zxing-wasm/zxing_reader.wasm"), b"asm"),
            "a municipality as PDF": (browser.get(f"{_REPORT}.pdf"), b"%PDF"),
            "a municipality as workbook": (browser.get(f"{_REPORT}.xlsx"), b"PK"),
            "a label": (browser.post("/api/v1/labels", json={"tags": [tag]}), b"%PDF"),
            "a page in Ukrainian": (browser.get("/"), "Сьогодні".encode()),
        }
        for name, (answer, begins) in wanted.items():
            if answer.status_code != 200 or begins not in answer.content:
                raise SystemExit(f"{name}: {answer.status_code}")
            print(f"{name}: {len(answer.content):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
