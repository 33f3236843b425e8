"""A municipality and a programme as a donor might see them, with everything that a report can hold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from asset_tracker.documents.names import Name
from asset_tracker.reports.compose import Material, municipality_facts, programme_facts, report
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs import Making, Question
from asset_tracker.reports.structs_around import Donor, Municipality, Programme, Rate
from asset_tracker.reports.structs_items import Happening, Item, Loss, Share, Support

BARANIVKA = Municipality(
    code="UA18080010000090720",
    pcode="UA1808001",
    name=Name("Баранівська", "Baranivska"),
    title=Name("Баранівська міська територіальна громада", "Baranivska municipality"),
    region=Name("Звягельський район, Житомирська область", "Zviahelskyi raion, Zhytomyrska oblast"),
    oblast=Name("Житомирська", "Zhytomyrska"),
    population=24837,
    population_year=2022,
    latitude=Decimal("50.2937"),
    longitude=Decimal("27.6667"),
)
OVRUCH = Municipality(
    code="UA18060170000069581",
    pcode="UA1806017",
    name=Name("Овруцька", "Ovrutska"),
    title=Name("Овруцька міська територіальна громада", "Ovrutska municipality"),
    region=Name("Коростенський район, Житомирська область", "Korostenskyi raion, Zhytomyrska oblast"),
    oblast=Name("Житомирська", "Zhytomyrska"),
    population=36374,
    population_year=2022,
    latitude=Decimal("51.3260"),
    longitude=Decimal("28.8027"),
)
SIDA = Donor(
    key="sida",
    name=Name(
        "Шведське агентство міжнародного розвитку", "Swedish International Development Cooperation Agency"
    ),
    short="Sida",
)
ESTDEV = Donor(
    key="estdev",
    name=Name("Естонський центр міжнародного розвитку", "Estonian Centre for International Development"),
    short="ESTDEV",
)
PROGRAMME = Programme(
    code="VIDEO-2024",
    name=Name("Відеоконсультації у громадах Житомирщини", "Video consultations in Zhytomyr municipalities"),
    agreement="ESTDEV 2024/118",
    starts_on=date(2024, 6, 1),
    ends_on=date(2025, 3, 31),
    donors=(ESTDEV, SIDA),
    implementers=(Name("Академія електронного урядування (eGA)", "e-Governance Academy (eGA)"),),
)
RATES = (
    Rate(currency="EUR", day=date(2024, 11, 1), uah=Decimal("43.5"), source="A bank"),
    Rate(currency="SEK", day=date(2024, 11, 1), uah=Decimal("3.75"), source="A bank"),
)
CENTRE = Name("ЦНАП Баранівської міської ради", "ASC of Baranivka city council")
REMOTE = Name("Віддалене робоче місце, с. Кашперівка", "Remote workplace, Kashperivka")

_KINDS = (
    # category, Ukrainian and English name, maker, model, price in UAH, how many
    ("laptop", "Ноутбук 15,6″", "Laptop 15.6″", "Lenovo", "ThinkPad E16 Gen 2", "38499.99", 6),
    ("monitor", "Монітор 24″", "Monitor 24″", "Dell", "P2424HEB", "11250.00", 4),
    ("mfd", "Багатофункційний пристрій", "Multifunction printer", "Canon", "i-SENSYS MF461dw", "19870.50", 2),
    (
        "ups",
        "Джерело безперебійного живлення",
        "Uninterruptible power supply",
        "APC",
        "BX1200MI",
        "7430.00",
        3,
    ),
    ("router", "Маршрутизатор 4G", "4G router", "MikroTik", "Chateau LTE12", "8990.00", 1),
)


def _id(number: int) -> UUID:
    return UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0000 + number)


def _tag(number: int) -> str:
    return f"7K{number:02d}-9XQ{number % 10}"


def item(number: int, **changes) -> Item:
    """A delivered, accepted, working laptop in the centre; ``changes`` say otherwise."""
    base = {
        "asset_id": _id(number),
        "tag": _tag(number),
        "category": "laptop",
        "name": Name("Ноутбук 15,6″", "Laptop 15.6″"),
        "municipality": BARANIVKA.code,
        "programme": PROGRAMME.code,
        "manufacturer": "Lenovo",
        "model": "ThinkPad E16 Gen 2",
        "serial": f"PF4XQ{number:04d}",
        "unit_price": Decimal("38499.99"),
        "currency": "UAH",
        "consignment": "ZHY-2024-03",
        "act_number": "VIDEO-2024/2024/007",
        "act_date": date(2024, 11, 20),
        "stage": "in_service",
        "condition": "working",
        "title": "municipality",
        "place": "service_point",
        "service_point": CENTRE,
        "dispatched_on": date(2024, 11, 12),
        "delivered_on": date(2024, 11, 14),
        "accepted_on": date(2024, 11, 20),
        "installed_on": date(2024, 12, 3),
        "in_service_on": date(2024, 12, 3),
        "verified_on": date(2025, 1, 22),
    } | changes
    price, quantity = base["unit_price"], base.get("quantity", 1)
    value = None if price is None else price * quantity
    if value is not None and "shares" not in base:
        parts = split(value, [Decimal(60), Decimal(40)])
        base["shares"] = (
            Share(donor="estdev", percent=Decimal(60), value=parts[0]),
            Share(donor="sida", percent=Decimal(40), value=parts[1]),
        )
    return Item(value=value, **base)


def items() -> tuple[Item, ...]:
    made: list[Item] = []
    for category, uk, en, maker, model, price, count in _KINDS:
        for _ in range(count):
            number = len(made) + 1
            made.append(
                item(
                    number,
                    category=category,
                    name=Name(uk, en),
                    manufacturer=maker,
                    model=model,
                    serial=f"{maker[:2].upper()}24{number:05d}",
                    unit_price=Decimal(price),
                    service_point=REMOTE if number % 7 == 0 else CENTRE,
                )
            )
    kit = item(
        17,
        category="video_kit",
        name=Name("Комплект для відеоконсультацій", "Video consultation kit"),
        manufacturer=None,
        model=None,
        serial=None,
        is_kit=True,
        unit_price=None,
        shares=(),
    )
    parts = (
        ("camera", "Вебкамера з мікрофоном", "Webcam with microphone", "Logitech", "MeetUp", "1450.00"),
        ("tablet", "Планшет 11″", "Tablet 11″", "Samsung", "Galaxy Tab S9 FE", "529.33"),
    )
    components = [
        item(
            18 + place,
            category=category,
            name=Name(uk, en),
            manufacturer=maker,
            model=model,
            serial=f"VK-{place}-55{place}81",
            unit_price=Decimal(price),
            currency="EUR",
            kit=kit.tag,
        )
        for place, (category, uk, en, maker, model, price) in enumerate(parts)
    ]
    made[1] = item(2, condition="needs_attention", stage="out_of_service", verified_on=None)
    made[2] = item(
        3, stage="gone", gone_reason="stolen", place="unknown", service_point=None, condition="unknown"
    )
    made[3] = item(
        4,
        accepted_on=None,
        act_number=None,
        act_date=None,
        installed_on=None,
        in_service_on=None,
        stage="delivered",
        title="donor",
        place="municipality",
        service_point=None,
        verified_on=None,
    )
    tender = item(
        21,
        stage="dispatched",
        title="donor",
        place="in_transit",
        service_point=None,
        condition="unknown",
        dispatched_on=date(2024, 12, 9),
        delivered_on=None,
        accepted_on=None,
        act_number=None,
        act_date=None,
        installed_on=None,
        in_service_on=None,
        verified_on=None,
    )
    lot = item(
        22,
        category="other",
        name=Name("Кабель мережевий, 3 м", "Network cable, 3 m"),
        manufacturer=None,
        model=None,
        serial=None,
        quantity=12,
        unit_price=Decimal("86.40"),
        condition="working",
        stage="accepted",
        installed_on=None,
        in_service_on=None,
    )
    return (*made, kit, *components, tender, lot)


def _event(number, at, kind, thing, detail=None, late_days=0):
    occurred = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Happening(
        event_id=_id(1000 + number),
        asset_id=thing.asset_id,
        occurred_at=occurred,
        recorded_at=occurred + timedelta(days=late_days, minutes=4),
        kind=kind,
        tag=thing.tag,
        category=thing.category,
        item=thing.name,
        municipality=thing.municipality,
        detail=detail,
        late=late_days > 1,
    )


def timeline(things: tuple[Item, ...]) -> tuple[Happening, ...]:
    lines = []
    for thing in things:
        if thing.dispatched_on:
            lines.append((f"{thing.dispatched_on}T07:40", "dispatched", thing, None, 0))
        if thing.delivered_on:
            lines.append((f"{thing.delivered_on}T11:05", "delivered", thing, None, 0))
        if thing.accepted_on:
            lines.append(
                (f"{thing.accepted_on}T09:00", "accepted", thing, Name("Акт № 007", "Act No 007"), 0)
            )
        if thing.installed_on:
            lines.append((f"{thing.installed_on}T10:30", "installed", thing, thing.service_point, 0))
    lines.append(
        ("2025-01-09T13:20", "fault_reported", things[1], Name("Не вмикається", "Does not switch on"), 3)
    )
    lines.append(("2025-01-17T08:10", "lost", things[2], Name("крадіжка", "theft"), 0))
    lines.sort(key=lambda line: (line[0], line[2].tag))
    return tuple(
        _event(n, at, kind, thing, detail, late) for n, (at, kind, thing, detail, late) in enumerate(lines)
    )


def support() -> tuple[Support, ...]:
    return (
        Support(
            kind="training",
            title=Name(
                "Навчання адміністраторів: відеоконсультації", "Video consultations for administrators"
            ),
            programme=PROGRAMME.code,
            municipality=BARANIVKA.code,
            starts_on=date(2024, 12, 5),
            ends_on=date(2024, 12, 6),
            women=11,
            men=2,
        ),
        Support(
            kind="psychological_support",
            title=Name("Підтримка працівників центру", "Support for the staff of the centre"),
            programme=PROGRAMME.code,
            municipality=BARANIVKA.code,
            starts_on=date(2025, 1, 15),
            women=8,
            men=1,
        ),
    )


def material(**changes) -> Material:
    things = items()
    stolen = things[2]
    base = {
        "question": Question(as_of=date(2025, 2, 1)),
        "programmes": (PROGRAMME,),
        "donors": (ESTDEV, SIDA),
        "municipalities": (BARANIVKA,),
        "items": things,
        "timeline": timeline(things),
        "support": support(),
        "losses": (
            Loss(
                asset_id=stolen.asset_id,
                tag=stolen.tag,
                item=stolen.name,
                municipality=stolen.municipality,
                reason="stolen",
                occurred_on=date(2025, 1, 17),
                value=stolen.value,
                currency="UAH",
            ),
        ),
    } | changes
    return Material(**base)


def making(lang="uk", **changes) -> Making:
    base = {
        "lang": lang,
        "made_at": datetime(2025, 2, 3, 9, 15, tzinfo=UTC),
        "ledger_head": "3f1c9a0be4d2775a60c8e91f24b7ad3d5c60e8b1f7a94432be0d6c15a8f2e947",
        "ledger_size": 148,
        "page_url": "https://assets.example.org/reports/municipalities/UA18080010000090720?as_of=2025-02-01",
        "demonstration": True,
    } | changes
    return Making(**base)


def municipality_report(lang="uk", **changes):
    return report(municipality_facts(material(**changes)), making(lang))


def programme_report(lang="uk", **changes):
    here = items()
    there = tuple(
        item(
            100 + number,
            municipality=OVRUCH.code,
            service_point=Name("ЦНАП Овруцької міської ради", "ASC of Ovruch city council"),
        )
        for number in range(5)
    )
    wide = {
        "municipalities": (BARANIVKA, OVRUCH),
        "items": here + there,
        "timeline": timeline(here + there),
    } | changes
    return report(programme_facts(material(**wide)), making(lang))
