"""Ports for servers that are started in processes of their own, and may be killed and started there again."""

import random
import socket
from contextlib import suppress
from pathlib import Path

_BEGINS = 15_000


def free_port():
    """A port that nobody listens on and that no outgoing connection is given by the system.

    One of those (as ``bind`` to port 0 gives) may be taken by any connection of this machine as its own end
    before the server listens on it, or while it is down.
    """
    while True:
        port = random.randrange(_BEGINS, _outgoing())  # noqa: S311 - so that runs beside this one take others
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _outgoing():
    """Where the ports of outgoing connections begin."""
    kept = Path("/proc/sys/net/ipv4/ip_local_port_range")
    begins = int(kept.read_text().split()[0]) if kept.exists() else 32_768
    return max(begins, _BEGINS + 5_000)
