"""Our symbols beside the ``qrcode`` package's: the same, module by module, and how long each takes.

python tests/bench/labels_symbols.py [--count 2000] [--write docs/labels.md]
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from qrcode import QRCode
from tables import show

from asset_tracker.labels.symbol import _PACKAGE_LEVEL, Level, make_symbol, smallest_version
from asset_tracker.ledger.tags import ALPHABET, check_character, tag_url

BASE = "https://assets.example.org"
RANDOM = random.Random(20240224)  # noqa: S311 - the same tags every time


def urls(count: int) -> list[str]:
    sevens = ["".join(RANDOM.choices(ALPHABET, k=7)) for _ in range(count)]
    return [tag_url(BASE, seven + check_character(seven)) for seven in sevens]


def package_symbol(url: str, version: int, level: Level) -> list[list[bool]]:
    code: QRCode = QRCode(version, _PACKAGE_LEVEL[level], border=0)
    code.add_data(url)
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def microseconds(work: Callable[[str], object], some: list[str]) -> float:
    start = time.process_time()
    for url in some:
        work(url)
    return (time.process_time() - start) / len(some) * 1e6


def rows(count: int) -> Iterator[list[str]]:
    some = urls(count)
    for level in ("M", "Q", "H"):
        version = smallest_version(len(some[0]), level)
        start = time.process_time()
        make_symbol(some[0], version, level)
        learnt = (time.process_time() - start) * 1000
        ours = microseconds(lambda url, v=version, x=level: make_symbol(url, v, x), some)
        theirs = microseconds(lambda url, v=version, x=level: package_symbol(url, v, x), some[: count // 10])
        different = sum(
            make_symbol(url, version, level).matrix() != package_symbol(url, version, level) for url in some
        )
        yield [
            f"{version}-{level}", f"{count - different:,} of {count:,}", f"{theirs:,.0f}", f"{ours:.0f}",
            f"{theirs / ours:.0f}", f"{learnt:.0f}",
        ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    args = parser.parse_args()
    head = ("symbol", "the same", "package, µs", "ours, µs", "ratio", "learning once, ms")
    show("labels_symbols", head, rows(args.count), args.write)


if __name__ == "__main__":
    main()
