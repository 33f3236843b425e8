"""Reports in programs that are not ours: LibreOffice reckons the workbook anew, libxml2 validates the IATI file.

Run it as ``python tests/bench/reports_elsewhere.py [--xlsx FILE] [--iati FILE] [--iati-schema FILE.xsd]``.
Without a file the reports of the test's own factory are taken. It needs ``soffice`` (Debian:
libreoffice-calc-nogui), and for IATI the schema of the standard, version 2.03, which is not ours to ship. It
ends with 1 where anything differs.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from lxml import etree
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parents[1]))
FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"


def as_csv(book: Path, folder: Path) -> list[list[str]]:
    """The first sheet as LibreOffice shows it, its formulas reckoned by LibreOffice."""
    office = shutil.which("soffice") or sys.exit("there is no soffice here")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", FILTER, "--outdir", folder, book]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (made,) = folder.glob(f"{book.stem}*.csv")
    return list(csv.reader(made.read_text("utf-8").splitlines()))


def check_workbook(book: Path, folder: Path) -> bool:
    """Every formula of the summary says what the report states in its row."""
    rows = as_csv(book, folder)
    right, sheets = True, load_workbook(book)
    for place, row in enumerate(sheets.worksheets[0].iter_rows(), 0):
        for cell in row:
            if cell.data_type != "f":
                continue
            # the value that the report states is the first figure of the row
            stated = Decimal(str(row[1].value))
            reckoned = Decimal(rows[place][cell.column - 1].replace(",", ""))
            same = reckoned == stated
            right &= same
            print(
                f"{row[0].value:<6} stated {stated:>16} LibreOffice {reckoned:>16} {'same' if same else 'DIFFERS'}"
            )
    return right


def check_iati(data: bytes, schema: Path) -> bool:
    found = etree.XMLSchema(etree.parse(schema))
    valid = found.validate(etree.fromstring(data))
    print(f"IATI, {len(data):,} bytes: {'valid' if valid else found.error_log.last_error}")
    return bool(valid)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--xlsx", "--iati", "--iati-schema"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    from asset_tracker.reports.formats import FORMATS
    from factories.reports import RATES, programme_report

    made = programme_report("en", rates=RATES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = given.xlsx or folder / "report.xlsx"
        if not given.xlsx:
            book.write_bytes(FORMATS["xlsx"].write(made))
        right = check_workbook(book, folder)
        if given.iati_schema:
            data = given.iati.read_bytes() if given.iati else FORMATS["iati"].write(made)
            right &= check_iati(data, given.iati_schema)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
