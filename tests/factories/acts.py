"""An act of acceptance-transfer as a coordinator prints it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from asset_tracker.consignments.act_document import ActDocument, ActLine, ActParty
from asset_tracker.documents.names import Name


def line(number=1, **changes):
    base = {
        "tag": f"7K{number:02d}-9XQ{number % 10}",
        "name": Name("Ноутбук 15,6″", "Laptop 15.6″"),
        "made": "Lenovo ThinkPad E16 Gen 2",
        "serial": f"PF4XQ{number:04d}",
        "year": 2024,
        "unit_price": Decimal("38499.99"),
        "currency": "UAH",
    } | changes
    return ActLine(**base)


def act(**changes):
    kit = line(
        7,
        name=Name("Комплект для відеоконсультацій", "Video consultation kit"),
        made="",
        serial=None,
        unit=Name("компл.", "set"),
        unit_price=Decimal("1979.33"),
        currency="EUR",
        parts=("вебкамера Logitech MeetUp, VK-0-55081", "планшет Samsung Galaxy Tab S9 FE, VK-1-55181"),
    )
    base = {
        "number": "VIDEO-2024/2024/007",
        "drawn_on": date(2024, 11, 20),
        "made_at": datetime(2024, 11, 18, 13, 5, tzinfo=UTC),
        "place": Name("м. Баранівка", "Baranivka"),
        "programme": Name(
            "Відеоконсультації у громадах Житомирщини", "Video consultations in Zhytomyr municipalities"
        ),
        "donors": (
            Name("Естонський центр міжнародного розвитку (ESTDEV)", "ESTDEV"),
            Name("Шведське агентство міжнародного розвитку (Sida)", "Sida"),
        ),
        "basis": (
            Name(
                "Грантова угода ESTDEV 2024/118 від 1 червня 2024 р.",
                "Grant agreement ESTDEV 2024/118 of 1 June 2024",
            ),
            Name(
                "Реєстраційна картка проєкту МТД № 5431",
                "Registration card of the technical assistance project No 5431",
            ),
        ),
        "giver": ActParty(
            name=Name("Академія електронного урядування", "e-Governance Academy"),
            address=Name("Таллінн, Ротерманні 8", "Rotermanni 8, Tallinn"),
            position=Name("Керівник проєкту", "Project manager"),
            authority=Name("Довіреність № 14 від 3 червня 2024 р.", "Power of attorney No 14 of 3 June 2024"),
        ),
        "receiver": ActParty(
            name=Name("Баранівська міська рада", "Baranivka city council"),
            edrpou="04344327",
            address=Name("вул. Соборна, 20, м. Баранівка, Житомирська обл., 12701"),
            position=Name("Міський голова", "Mayor"),
        ),
        "lines": (
            *(line(n) for n in range(1, 7)),
            kit,
            line(
                8,
                name=Name("Джерело безперебійного живлення", "Uninterruptible power supply"),
                made="APC BX1200MI",
                serial="AP2400013",
                unit_price=Decimal("7430.00"),
            ),
        ),
        "consignment": "ZHY-2024-03",
        "page_url": "https://assets.example.org/acts/VIDEO-2024/2024/007",
        "ledger_head": "3f1c9a0be4d2775a60c8e91f24b7ad3d5c60e8b1f7a94432be0d6c15a8f2e947",
        "demonstration": True,
    } | changes
    return ActDocument(**base)
