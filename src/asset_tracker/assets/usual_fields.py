"""Fields that most lists of equipment have, ready to be added at a press: what they ask, and of which categories."""

from decimal import Decimal
from typing import Final

from asset_tracker.assets.attributes import Option
from asset_tracker.assets.catalogue import Definition

_FUELS: Final = (
    Option("diesel", "Дизель", "Diesel"),
    Option("petrol", "Бензин", "Petrol"),
    Option("gas", "Газ", "Gas"),
    Option("hybrid", "Гібрид", "Hybrid"),
    Option("electric", "Електрика", "Electricity"),
)
USUAL: Final[dict[str, Definition]] = {
    "imei": Definition(
        kind="text",
        name_uk="IMEI",
        name_en="IMEI",
        hint_uk="15 цифр; наберіть *#06#",
        hint_en="15 digits; dial *#06#",
        check="imei",
        categories=("tablet", "router", "mobile_case"),
        position=10,
    ),
    "mac": Definition(
        kind="text",
        name_uk="MAC-адреса",
        name_en="MAC address",
        check="mac",
        categories=("router", "laptop", "desktop", "mfd", "printer"),
        position=20,
    ),
    "screen_size": Definition(
        kind="number",
        name_uk="Діагональ екрана",
        name_en="Screen size",
        unit="″",
        least=Decimal(1),
        most=Decimal(200),
        categories=("laptop", "monitor", "tablet", "desktop", "video_kit"),
        position=30,
    ),
    "ups_power": Definition(
        kind="number",
        name_uk="Потужність",
        name_en="Power",
        unit="ВА",
        categories=("ups",),
        position=40,
    ),
    "colour_print": Definition(
        kind="yes_no",
        name_uk="Кольоровий друк",
        name_en="Prints in colour",
        categories=("mfd", "printer"),
        position=50,
    ),
    "engine": Definition(
        kind="number",
        name_uk="Об’єм двигуна",
        name_en="Engine",
        unit="см³",
        categories=("vehicle",),
        position=60,
    ),
    "fuel": Definition(
        kind="choice",
        name_uk="Пальне",
        name_en="Fuel",
        options=_FUELS,
        categories=("vehicle",),
        position=70,
    ),
    "insured_until": Definition(
        kind="date",
        name_uk="Страхування до",
        name_en="Insured until",
        categories=("vehicle",),
        position=80,
    ),
}
