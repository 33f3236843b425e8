"""Several servers on one database, and clients that write to all of them: what the other scripts here build on."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import httpx

from asset_tracker.ledger.verify import verify
from factories.load import Client, prepared, stored

ROOT = Path(__file__).parents[2]
SECRET = "s" * 40
CLIENTS = 8


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(what, test, seconds=60):
    """Until ``test()`` is true; it may fail to ask as long as it likes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := test():
                return found
        except (OSError, httpx.HTTPError, ValueError, KeyError):
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{what} did not come within {seconds} s")


def command(*arguments, sources=ROOT / "src", stdout=None, **settings):
    """An ``asset-tracker`` process with these settings and no others."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ASSET_TRACKER_")}
    env |= {f"ASSET_TRACKER_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"PYTHONPATH": str(sources), "ASSET_TRACKER_SECRET_KEY": SECRET}
    return subprocess.Popen(
        [sys.executable, "-m", "asset_tracker", *arguments], env=env, cwd=ROOT, stdout=stdout
    )


def run(*arguments, **settings):
    if status := command(*arguments, **settings).wait():
        raise SystemExit(f"asset-tracker {' '.join(arguments)}: exit status {status}")


def said(*arguments, **settings):
    """What such a command printed."""
    process = command(*arguments, stdout=subprocess.PIPE, **settings)
    text, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"asset-tracker {' '.join(arguments)}: exit status {process.returncode}")
    return text.decode()


class Machine:
    """One server on a data folder of its own."""

    def __init__(self, folder, keys=None, sources=ROOT / "src", **settings):
        folder.mkdir(parents=True)
        if keys:
            shutil.copytree(keys, folder / "keys")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = {"data_dir": folder, "port": self.port, "worker": "no", **settings}
        self.sources = sources
        self.process = None

    def start(self):
        self.process = command("serve", sources=self.sources, **self.settings)
        wait_for(
            f"the server at {self.address}",
            lambda: httpx.get(f"{self.address}/readyz").status_code == 200,
        )
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


PREPARE = """
import asyncio, json, sys
from factories.load import prepared
token, assets = asyncio.run(prepared(sys.argv[1], int(sys.argv[2])))
print(json.dumps([token, [each.hex for each in assets]]))
"""


def prepared_by(sources, url):
    """The same by the program of another version, which knows its own tables only."""
    env = os.environ | {"PYTHONPATH": f"{sources}:{ROOT / 'tests'}"}
    told = subprocess.run(
        [sys.executable, "-c", PREPARE, url, str(CLIENTS)],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    token, assets = json.loads(told.stdout.splitlines()[-1])
    return token, [UUID(each) for each in assets]


class Crowd:
    """Clients that write until ``stop``, and what became of all that they were told."""

    def __init__(self, url, addresses, sources=None, **options):
        token, assets = prepared_by(sources, url) if sources else asyncio.run(prepared(url, CLIENTS))
        self.over = threading.Event()
        self.clients = [Client(n, addresses, token, assets, self.over, **options) for n in range(CLIENTS)]
        for client in self.clients:
            client.start()

    def acknowledged(self):
        return sum(len(client.acknowledged) for client in self.clients)

    def more(self, count, seconds=60):
        """Until so many more are acknowledged."""
        begun = self.acknowledged()
        wait_for(f"{count} acknowledgements", lambda: self.acknowledged() >= begun + count, seconds)

    def stop(self):
        self.over.set()
        for client in self.clients:
            client.join(timeout=client.patience)
            if not client.ended:
                raise SystemExit(f"{client.device} did not come to its end in order")

    def check(self, url):
        """Compare with the ledger and verify it; ends the script where they differ."""
        told = {}
        for client in self.clients:
            told |= client.acknowledged
        there, count = asyncio.run(stored(url))
        lost = [each for each in told if each not in there]
        other = [each for each in told if there.get(each) != told[each]]
        verified = asyncio.run(verify(url))
        say(
            f"acknowledged {len(told)}, in the ledger {count}, lost {len(lost)}, with another hash {len(other)},"
            f" doubled {count - len(there)}; sent again {sum(client.resent for client in self.clients)} times;"
            f" answers {dict(sum((client.answers for client in self.clients), Counter()))};"
            f" longest wait of a client {max(max(client.pauses, default=0) for client in self.clients):.1f} s;"
            f" ledger {'clean' if verified.clean else 'NOT CLEAN'}"
        )
        # What was in flight when a client stopped may have been recorded without its knowing; never the other way.
        if lost or other or count != len(there) or not verified.clean:
            raise SystemExit("FAILED")
