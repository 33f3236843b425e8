"""What the programmes gave, as a catalogue [pure]. Makers and models are examples; prices are in ``batches``."""

from typing import Final

import msgspec

from asset_tracker.ledger.values import Category


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing. ``serial_prefix`` None: too small for a serial number; ``contents``: it is a kit."""

    category: Category
    uk: str
    en: str
    maker: str | None = None
    model: str | None = None
    serial_prefix: str | None = None
    contents: tuple[str, ...] = ()


GOODS: Final[dict[str, Good]] = {
    "desktop": Good(
        category="desktop",
        uk="Персональний комп’ютер",
        en="Desktop computer",
        maker="HP",
        model="ProDesk 400 G9",
        serial_prefix="CZC",
    ),
    "office": Good(category="software", uk="Офісне програмне забезпечення", en="Office software licence"),
    "monitor": Good(
        category="monitor", uk="Монітор 24″", en="Monitor 24″", maker="Philips", model="243V7Q", serial_prefix="UK0A"
    ),
    "mfd": Good(
        category="mfd",
        uk="Багатофункціональний пристрій",
        en="Multifunction printer",
        maker="Canon",
        model="i-SENSYS MF453dw",
        serial_prefix="3TF",
    ),
    "mfd_colour": Good(
        category="mfd",
        uk="Багатофункціональний пристрій кольоровий",
        en="Colour multifunction printer",
        maker="Canon",
        model="i-SENSYS MF657Cdw",
        serial_prefix="4KG",
    ),
    "passport_camera": Good(
        category="camera",
        uk="Камера для паспортної станції",
        en="Camera for a passport station",
        maker="Canon",
        model="EOS 2000D",
        serial_prefix="0380",
    ),
    "laptop": Good(
        category="laptop", uk="Ноутбук", en="Laptop", maker="Lenovo", model="ThinkPad E15 Gen 4", serial_prefix="PF4"
    ),
    "ups": Good(
        category="ups",
        uk="Джерело безперебійного живлення",
        en="Uninterruptible power supply",
        maker="APC",
        model="Back-UPS BX950MI-GR",
        serial_prefix="9B2",
    ),
    "router": Good(
        category="router", uk="Маршрутизатор 4G Wi-Fi", en="4G Wi-Fi router", maker="TP-Link", model="Archer MR600",
        serial_prefix="2229",
    ),
    "surge_strip": Good(category="other", uk="Мережевий фільтр", en="Surge-protected extension lead"),
    "scanner": Good(
        category="scanner", uk="Портативний сканер", en="Portable scanner", maker="Epson", model="WorkForce DS-80W",
        serial_prefix="X6BA",
    ),
    "laser_printer": Good(
        category="printer", uk="Лазерний принтер", en="Laser printer", maker="HP", model="LaserJet M111w",
        serial_prefix="VNC",
    ),
    "ink_printer": Good(
        category="printer",
        uk="Кольоровий принтер бездротовий",
        en="Wireless colour printer",
        maker="Canon",
        model="PIXMA TR150",
        serial_prefix="AEUD",
    ),
    "id_reader": Good(
        category="id_reader",
        uk="Безконтактний зчитувач ID-карток",
        en="Contactless ID-card reader",
        maker="ACS",
        model="ACR1252U",
        serial_prefix="RR554",
    ),
    "mouse": Good(category="other", uk="Миша", en="Mouse"),
    "vehicle": Good(
        category="vehicle",
        uk="Автомобіль підвищеної прохідності з інвертором",
        en="Crossover with inverter",
        maker="Renault",
        model="Duster",
        serial_prefix="VF1HJD40",
    ),
    "mobile_case": Good(
        category="mobile_case",
        uk="Мобільна валіза адміністратора",
        en="Mobile administrator’s suitcase",
        contents=("laptop", "mouse", "id_reader", "ink_printer", "scanner", "router"),
    ),
    "mobile_case_small": Good(
        category="mobile_case",
        uk="Мобільна валіза адміністратора",
        en="Mobile administrator’s suitcase",
        contents=("laptop", "scanner", "laser_printer"),
    ),
    "video_kit": Good(
        category="video_kit",
        uk="Комплект обладнання для відеоконсультацій",
        en="Video-consultation kit",
        contents=("all_in_one", "video_camera", "speakerphone", "headset", "display", "ups", "router"),
    ),
    "all_in_one": Good(
        category="desktop", uk="Моноблок", en="All-in-one computer", maker="Lenovo", model="ThinkCentre neo 50a",
        serial_prefix="MJ0",
    ),
    "video_camera": Good(
        category="camera", uk="Вебкамера 4K", en="4K conference camera", maker="Logitech", model="Rally Bar Mini",
        serial_prefix="2318LZ",
    ),
    "speakerphone": Good(
        category="other", uk="Спікерфон", en="Speakerphone", maker="Jabra", model="Speak2 55", serial_prefix="0A6C",
    ),
    "headset": Good(
        category="other", uk="Гарнітура", en="Headset", maker="Jabra", model="Evolve2 40", serial_prefix="0B27",
    ),
    "display": Good(
        category="monitor", uk="Дисплей 43″ для залу", en="Display 43″ for the hall", maker="Philips",
        model="43BDL3650Q", serial_prefix="AU1A",
    ),
}  # fmt: skip


def serial(good: Good, number: int) -> str | None:
    """An invented serial number of the maker's look; a VIN for a vehicle."""
    if good.serial_prefix is None:
        return None
    digits = 17 if good.category == "vehicle" else 10
    return good.serial_prefix + f"{number:0{digits - len(good.serial_prefix)}d}"
