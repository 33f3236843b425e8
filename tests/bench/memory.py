"""What each kind of request leaves in the server's memory, once it has been made often.

    PYTHONPATH=tests python tests/bench/memory.py [TIMES] [KIND ...]

For each kind a server of its own is started on the demonstration, and the request is made ``TIMES`` times (200) by four
at once. Printed is what the process has of its own (``RssAnon``, MB) at the start and after each fifth: a kind that
leaves something behind each time goes on growing, one that only loads what it needs does not.
"""

import os
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path

import httpx
from PIL import Image

from asset_tracker.ledger.ids import uuid7
from several.stage import Machine, run, said

AT_ONCE, FIFTHS, ROWS = 4, 5, 10_000
NUMBERS = count()
Ask = Callable[[httpx.Client], httpx.Response]


def photo() -> bytes:
    """One of twelve megapixels, unlike all others."""
    picture = Image.new("RGB", (4000, 3000))
    picture.paste(Image.effect_noise((500, 500), 60).convert("RGB"), (next(NUMBERS) % 3000, 0))
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def packing_list() -> bytes:
    """Ten thousand laptops that nobody has heard of."""
    name = f"{os.getpid()}-{next(NUMBERS)}"
    head = "Категорія,Назва,Серійний номер,Кількість\n"
    return (head + "".join(f"Ноутбук,Ноутбук {name},S{name}-{n},1\n" for n in range(ROWS))).encode()


def facts(tags: list[str]) -> list[dict[str, object]]:
    """A batch as a phone sends it."""
    payload = {"kind": "verified", "method": "sight"}
    now = datetime.now(UTC).isoformat()
    return [
        {"id": str(uuid7()), "asset": tags[n % len(tags)], "occurred_at": now, "payload": payload}
        for n in range(50)
    ]


def kinds(http: httpx.Client) -> dict[str, Ask]:
    """Each kind of request, about things that are there."""
    found = http.get("/api/v1/assets?limit=100").json()["items"]
    tags = [each["tag"] for each in found if each["tag"]]
    report = "/api/v1/reports/programmes/PROSTO"
    paths = {
        "list": "/assets",
        "list, JSON": "/api/v1/assets?limit=100",
        "asset": f"/a/{tags[0]}",
        "map": "/map",
        "report": "/reports/programmes/PROSTO",
        **{f"report, {form}": f"{report}.{form}" for form in ("json", "csv", "xlsx", "pdf")},
        "list as a workbook": "/assets.xlsx",
    }
    reading = {kind: (lambda http, path=path: http.get(path)) for kind, path in paths.items()}
    labels = {"blank": 1000, "stock": "L7160", "output": "pdf"}
    return reading | {
        "1,000 labels": lambda http: http.post("/api/v1/labels", json=labels),
        "50 facts": lambda http: http.post("/api/v1/events", json=facts(tags)),
        "photo of 12 MP": lambda http: http.post("/api/v1/photos", files={"file": ("p.jpg", photo())}),
        "import of 10,000": lambda http: http.post(
            "/api/v1/imports", files={"file": ("list.csv", packing_list())}
        ),
    }


def own_memory(pid: int) -> int:
    """MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^RssAnon:\s+(\d+)", status, re.MULTILINE)[1]) // 1024


def measured(machine: Machine, http: httpx.Client, kind: str, times: int) -> tuple[list[int], Counter[int]]:
    """What the server has at the start and after each fifth, and what was answered."""
    memory, answers, lock = [own_memory(machine.process.pid)], Counter(), threading.Lock()
    ask = kinds(http)[kind]

    def once(_: int) -> None:
        status = ask(http).status_code
        with lock:
            answers[status] += 1

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(FIFTHS):
            list(threads.map(once, range(times // FIFTHS)))
            memory.append(own_memory(machine.process.pid))
    return memory, answers


def main(times: int, wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="asset-tracker-memory-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        machine = Machine(folder / "data")
        run("demo", data_dir=folder / "data")
        told = said(
            "user", "token", "administrator@demo.example", "--name", "memory", data_dir=folder / "data"
        )
        token = re.search(r"at_\S+", told)[0]
        headers = {"Authorization": f"Bearer {token}"}
        print("| kind | at the start | after each fifth | answers |\n| --- | --- | --- | --- |")
        with httpx.Client(base_url=machine.address, headers=headers, timeout=300) as http:
            machine.start()
            names = wanted or list(kinds(http))
            for kind in names:
                machine.stop()
                machine.start()
                (first, *later), answers = measured(machine, http, kind, times)
                told = ", ".join(f"{n} times {status}" for status, n in answers.items())
                print(f"| {kind} | {first} | {', '.join(map(str, later))} | {told} |", flush=True)
        machine.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2:])
