import socket
import threading

import pytest

from asset_tracker.errors import NotFoundError, RefusedError, UnavailableError
from asset_tracker.labels import printers

KNOWN = {"zebra": "socket://127.0.0.1:9100", "office": "cups:HP_4"}


def test_a_printer_is_found_by_its_name_in_any_case():
    assert printers.find_printer(KNOWN, " Zebra") == KNOWN["zebra"]
    with pytest.raises(NotFoundError, match="zebra, office"):
        printers.find_printer(KNOWN, "laser")
    with pytest.raises(NotFoundError):
        printers.find_printer({}, "laser")


def test_bytes_arrive_at_a_network_printer():
    arrived = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            connection, _ = server.accept()
            with connection:
                while part := connection.recv(4096):
                    arrived.append(part)

        thread = threading.Thread(target=take)
        thread.start()
        printers.send(f"socket://127.0.0.1:{server.getsockname()[1]}", b"^XA^XZ" * 1000, "zpl")
        thread.join(5)
    assert b"".join(arrived) == b"^XA^XZ" * 1000


def test_only_the_local_network_and_only_printers_that_answer():
    with pytest.raises(RefusedError):
        printers.send("socket://8.8.8.8:9100", b"", "zpl")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnavailableError):
        printers.send(f"socket://127.0.0.1:{port}", b"", "zpl")


def test_a_queue_of_cups(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="no CUPS"):
        printers.send("cups:HP_4", b"", "pdf")
    lp = tmp_path / "lp"
    lp.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n/bin/cat > {tmp_path}/taken\n')
    lp.chmod(0o755)
    printers.send("cups:HP_4", b"%PDF", "pdf")
    assert (tmp_path / "taken").read_bytes() == b"%PDF"
    assert (tmp_path / "said").read_text().split() == [
        "-d",
        "HP_4",
        "-t",
        "labels",
        "-o",
        "print-scaling=none",
    ]
    lp.write_text("#!/bin/sh\necho 'lp: no such queue' >&2\nexit 1\n")
    with pytest.raises(UnavailableError, match="no such queue"):
        printers.send("cups:HP_4", b"%PDF", "pdf")
