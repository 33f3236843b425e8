"""What typesetting leaves behind in a server that goes on for months."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asset_tracker.documents.typeset import typeset

QR = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
WARM = 2
MORE = 6


def test_documents_leave_no_memory_behind() -> None:
    def mib_after(numbers: range) -> float:
        for n in numbers:
            typeset(
                "consignments/templates/driver.typ", _run_sheet(n), made_at=datetime(2026, 3, 1, tzinfo=UTC)
            )
        return _own_memory()

    before = mib_after(range(WARM))
    assert mib_after(range(WARM, WARM + MORE)) - before < 3 * MORE


def _own_memory() -> float:
    """MiB that this process holds for itself alone."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon:"))


def _run_sheet(n: int) -> dict[str, Any]:
    """A run sheet of thirty stops, all unlike those of another ``n``."""
    return {
        "days": "01.03.2026",
        "made": ["01.03.2026, 10:00", "2026-03-01 10:00"],
        "pieces": "90",
        "demonstration": False,
        "stops": [_stop(n, at) for at in range(30)],
    }


def _stop(n: int, at: int) -> dict[str, Any]:
    return {
        "no": str(at + 1),
        "place": [f"Громада {n}-{at}", f"Hromada {n}-{at}"],
        "region": ["Житомирська область", "Zhytomyr oblast"],
        "number": f"C-{n}-{at}",
        "waybill": f"W-{n}-{at}",
        "pieces": "3",
        "expected": "01.03.2026",
        "council": f"Рада {n}-{at}",
        "places": [[f"ЦНАП {n}-{at}", "вул. Київська, 1"]],
        "qr": QR,
        "enter": f"https://tracker.example/c/{n}-{at}",
        "lines": [[f"Ноутбук {n}-{at}-{line}", "Latitude", f"0ABC-{line}", "1"] for line in range(3)],
    }
