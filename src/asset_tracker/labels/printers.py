"""Sending labels to a printer that an administrator configured: a CUPS queue, or one that takes bytes on a port."""

import ipaddress
import shutil
import socket
import subprocess
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from asset_tracker.errors import NotFoundError, RefusedError, UnavailableError
from asset_tracker.labels.paper import Output

_SECONDS: Final = 15
_RAW_PORT: Final = 9100


def find_printer(printers: Mapping[str, str], name: str) -> str:
    """The address of a configured printer. Raises NotFoundError that lists the names."""
    address = printers.get(name.strip().lower())
    if address is None:
        known = ", ".join(printers) or "—"
        raise NotFoundError(
            "There is no printer “%(name)s”; there are: %(known)s.", name=name[:60], known=known
        )
    return address


def send(address: str, body: bytes, output: Output) -> None:
    """Hand the file over to ``cups:QUEUE`` or ``socket://HOST[:PORT]``.

    Raises RefusedError for a host outside of the local network, UnavailableError when it does not answer.
    """
    if address.startswith("cups:"):
        _queue(address.removeprefix("cups:"), body, output)
    else:
        parts = urlsplit(address)
        _port(parts.hostname or "", parts.port or _RAW_PORT, body)


def _queue(queue: str, body: bytes, output: Output) -> None:
    command = shutil.which("lp")
    if command is None:
        raise UnavailableError("There is no CUPS on this machine: the command lp is missing.")
    # A label printer reads ZPL itself; a page must not be fitted to the paper's printable part.
    options = ["-o", "raw"] if output == "zpl" else ["-o", "print-scaling=none"]
    arguments = [command, "-d", queue, "-t", "labels", *options]
    try:
        done = subprocess.run(  # noqa: S603 - a queue's name from the settings, as one argument
            arguments, input=body, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError("The printer does not answer.") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise UnavailableError("CUPS did not take the labels: %(said)s", said=said)


def _port(host: str, port: int, body: bytes) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        if not ipaddress.ip_address(address[0]).is_private:
            raise RefusedError("Labels are only sent to printers on the local network.")
        with socket.socket(family, kind, protocol) as connection:
            connection.settimeout(_SECONDS)
            connection.connect(address)
            connection.sendall(body)
    except OSError as error:
        raise UnavailableError("The printer does not answer.") from error
