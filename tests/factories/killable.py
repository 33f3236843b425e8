"""A server in a process of its own, that can be killed in the middle of anything and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from factories.ports import free_port

_RUN = """
import os, sys, uvicorn
from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from asset_tracker.web import field_files
if later := os.environ.get("FIELD_VERSION"):
    field_files.version = lambda: later
settings = Settings.from_env({k: v for k, v in os.environ.items() if k.startswith("ASSET_TRACKER_")})
uvicorn.run(create_app(settings), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


class Killable:
    """``asset_tracker`` on a free port; what the addresses say is ``base``."""

    def __init__(self, database_url, folder, base_url):
        self.port = free_port()
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "ASSET_TRACKER_DATABASE_URL": database_url,
            "ASSET_TRACKER_DATA_DIR": str(folder),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
            "ASSET_TRACKER_BASE_URL": base_url,
        }
        self._process = None

    def start(self, **environment):
        """Start; ``FIELD_VERSION`` makes it a server with a later app."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(self.port)],
            env={**self._environment, **environment},
            stderr=subprocess.DEVNULL,
        )
        while self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise ChildProcessError

    def kill(self):
        """As a power cut does it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
