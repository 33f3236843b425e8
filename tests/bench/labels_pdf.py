"""What 1,000 labels as PDF cost, beside the plain way: the ``qrcode`` package's picture on a reportlab canvas.

    python tests/bench/labels_pdf.py [--write docs/labels.md]

Each way runs in a process of its own and is measured from after its imports (CPU) and above the bare
interpreter (memory). Both print Avery L7160 with a symbol, the tag and two lines of Cyrillic text.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tables import show

SOURCE = Path(__file__).parents[2] / "src"
BASE = "https://assets.example.org"
NAME, LINE2 = "Ноутбук Lenovo ThinkPad E14", "Програма «Ближче до людей»"


def ours(count: int) -> Callable[[], int]:
    from asset_tracker.labels.layout import Label
    from asset_tracker.labels.pdf import render_pdf
    from asset_tracker.labels.sheet import PrintOptions
    from asset_tracker.labels.stock import STOCK
    from asset_tracker.ledger.tags import new_tag

    def work() -> int:
        labels = (Label(tag=new_tag(), name=NAME, line2=LINE2) for _ in range(count))
        return sum(len(part) for part in render_pdf(labels, STOCK["L7160"], PrintOptions(base_url=BASE)))

    return work


def plain(count: int) -> Callable[[], int]:
    import qrcode
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from asset_tracker.labels.fonts import font_path
    from asset_tracker.labels.stock import STOCK
    from asset_tracker.ledger.tags import format_tag, new_tag, tag_url

    stock = STOCK["L7160"]

    def work() -> int:
        pdfmetrics.registerFont(TTFont("PT", font_path("regular")))
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=A4)
        for n in range(count):
            if n and n % stock.cells == 0:
                canvas.showPage()
            row, column = divmod(n % stock.cells, stock.columns)
            x = stock.left + column * stock.pitch_x
            y = stock.page_height - stock.top - (row + 1) * stock.pitch_y
            tag = new_tag()
            picture = ImageReader(qrcode.make(tag_url(BASE, tag)).get_image())
            canvas.drawImage(picture, x * mm, y * mm, 30 * mm, 30 * mm)
            for line, text in enumerate((format_tag(tag), NAME, LINE2)):
                canvas.setFont("PT", 8)
                canvas.drawString((x + 32) * mm, (y + 25 - 5 * line) * mm, text)
        canvas.save()
        return len(file.getvalue())

    return work


def nothing(_: int) -> Callable[[], int]:
    return lambda: 0


WAYS = {"ours": ours, "plain": plain, "nothing": nothing}


def run(way: str, count: int) -> dict[str, float]:
    """CPU seconds, bytes, and the process's largest memory in MB."""
    command = [sys.executable, __file__, "--way", way, "--count", str(count)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)}
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def work(way: str, count: int) -> None:
    job = WAYS[way](count)
    start = time.process_time()
    size = job()
    cpu = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "size": size, "memory": memory}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    args = parser.parse_args()
    if args.way:
        work(args.way, args.count)
        return
    head = ("way", "labels", "CPU s", "ratio", "kB", "MB above the interpreter")
    show("labels_pdf", head, rows(args.count), args.write)


def rows(count: int) -> Iterator[list[str]]:
    bare = run("nothing", 0)["memory"]
    reference = run("plain", count)
    for way, labels, measured in (
        ("qrcode and reportlab", count, reference),
        ("ours", count, run("ours", count)),
        ("ours, ten times as many", 10 * count, run("ours", 10 * count)),
    ):
        ratio = reference["cpu"] / count * labels / measured["cpu"]
        yield [
            way, f"{labels:,}", f"{measured['cpu']:.2f}", f"{ratio:.0f}", f"{measured['size'] / 1000:,.0f}",
            f"{measured['memory'] - bare:.0f}",
        ]  # fmt: skip


if __name__ == "__main__":
    main()
