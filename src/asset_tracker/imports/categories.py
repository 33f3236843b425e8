"""Which category a thing belongs to, by what people call it. [pure]"""

import re
from functools import lru_cache

from asset_tracker.imports.values import fold
from asset_tracker.ledger.values import CATEGORIES, Category

# Looked for in this order: a case holds a laptop, and a printer's name may hold a scanner.
# «*» ends a stem.
_WORDS: tuple[tuple[Category, str], ...] = (
    ("video_kit", "комплект відео*|відеоконсульт*|відеокомплект*|комплект для відео*|video kit*|video consultation*|video conferenc* kit|video-consult*"),
    ("mobile_case", "мобільн* валіз*|мобільн* кейс*|валіз*|кейс мобільн*|мобільний комплект|mobile suitcase*|suitcase*|mobile case*|mobile kit"),
    ("vehicle", "автомоб*|електромоб*|авто|автобус*|мікроавтобус*|кросовер*|транспорт|транспортн* засіб|мобільний цнап|vehicle*|car|van|minibus|crossover*|pickup|renault duster"),
    ("id_reader", "зчитувач* картк*|зчитувач* id|картридер|кардрідер|рідер id*|зчитувач*|id-card reader|id card reader|card reader*|smart card reader|smartcard reader*"),
    ("ups", "дбж|упс|джерел* безперебійн*|безперебійн*|ups|uninterruptible power*"),
    ("mfd", "бфп|багатофункціональн*|мфу|mfd|mfp|multifunction*|multi-function*|all-in-one printer|copier|копір"),
    ("laptop", "ноутбук*|лептоп*|laptop*|notebook*|ultrabook*|thinkpad*"),
    ("tablet", "планшет*|tablet*|ipad*"),
    ("monitor", "монітор*|дисплей*|екран|телевізор*|monitor*|display*|screen|tv"),
    ("scanner", "сканер*|scanner*"),
    ("printer", "принтер*|printer*"),
    ("router", "маршрутизатор*|роутер*|модем*|точка доступу|комутатор*|router*|modem*|access point|switch|wi-fi*"),
    ("camera", "камер*|вебкамер*|веб-камер*|фотоапарат*|camera*|webcam*|web-camera*"),
    ("desktop", "комп’ютер*|персональн* комп*|системн* блок*|пк|моноблок*|неттоп*|робоча станція|desktop*|workstation*|pc|computer*|mini pc|all-in-one*"),
    ("software", "програмн* забезпечення|ліценз*|пз|software*|licen*|windows*|office*|antivirus*|антивірус*"),
    ("furniture", "стіл*|стілець*|стільці|крісл*|шаф*|мебл*|стелаж*|тумб*|furniture|desk|table|chair*|cabinet*|shelf|shelves"),
    ("other", "інше|інші|other|misc*|аксесуар*|accessor*|кабел*|cable*|миш*|mouse|клавіатур*|keyboard*|навушник*|гарнітур*|headset*|мікрофон*|microphone*|колонк*|speaker*|генератор*|generator*|зарядн*|power station|інвертор*|inverter*"),
)  # fmt: skip


def _pattern(words: str) -> re.Pattern[str]:
    each = (
        re.escape(fold(word)).replace(r"\*", r"[^\W_]*").replace(r"\ ", r"[\s\-]+")
        for word in words.split("|")
    )
    return re.compile(r"(?<![^\W_])(?:" + "|".join(each) + r")(?![^\W_])")


_PATTERNS: tuple[tuple[Category, re.Pattern[str]], ...] = tuple(
    (category, _pattern(words)) for category, words in _WORDS
)
# As they are written in our own list, in Ukrainian and English.
CATEGORY_NAMES: dict[Category, tuple[str, str]] = {
    "laptop": ("ноутбук", "laptop"),
    "desktop": ("комп’ютер", "desktop"),
    "monitor": ("монітор", "monitor"),
    "mfd": ("БФП", "MFD"),
    "printer": ("принтер", "printer"),
    "scanner": ("сканер", "scanner"),
    "ups": ("ДБЖ", "UPS"),
    "router": ("маршрутизатор", "router"),
    "tablet": ("планшет", "tablet"),
    "camera": ("камера", "camera"),
    "id_reader": ("зчитувач карток", "card reader"),
    "mobile_case": ("мобільна валіза", "mobile suitcase"),
    "video_kit": ("комплект відеоконсультування", "video consultation kit"),
    "vehicle": ("автомобіль", "vehicle"),
    "software": ("програмне забезпечення", "software"),
    "furniture": ("меблі", "furniture"),
    "other": ("інше", "other"),
}
KIT_CATEGORIES: frozenset[Category] = frozenset({"video_kit", "mobile_case"})


@lru_cache(maxsize=8192)
def category_of(text: str) -> Category | None:
    """The category that a word or a name tells; None where it tells none."""
    folded = fold(text)
    if (code := folded.replace(" ", "_").replace("-", "_")) in CATEGORIES:
        return code
    found = [
        (match.start(), order, category)
        for order, (category, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(folded))
    ]
    if not found:
        return None
    # «Комплект відеоконсультування: ноутбук» is the kit; «Стіл для принтера» is furniture
    kit = next((category for _, _, category in found if category in KIT_CATEGORIES), None)
    return kit or min(found)[2]
