"""The long parts of ``sheet``: all items, and everything that happened."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from asset_tracker import kyiv
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts, Making, MunicipalityFacts
from asset_tracker.reports.structs_items import Happening, Item

Tree = dict[str, Any]

# What stays readable on paper; the tables of the other formats have all of it.
PRINTED_ITEMS = 1_000
PRINTED_OF_A_PROGRAMME = 150
PRINTED_PHOTOS = 12
NAMED_TAGS = 6


_HEADS = {
    "tag": "Tag",
    "name": "Item",
    "serial": "Serial number",
    "quantity": "Qty",
    "price": "Price",
    "value": "Value",
    "share": "Share",
    "act": "Act",
    "where": "Where",
    "stage": "State",
    "title": "Title held by",
    "verified": "Verified",
}


def items(facts: Facts, lang: Lang, window: slice | None = None) -> Tree:
    """By category. On paper a programme of many items prints none of them: its municipalities' reports do.

    ``window``: which of all items, in the order that they stand in; without it those of paper.
    """
    order = category_order(facts)
    if window is None:
        many = not isinstance(facts, MunicipalityFacts) and len(facts.items) > PRINTED_OF_A_PROGRAMME
        printed = () if many else facts.items[:PRINTED_ITEMS]
    else:
        printed = tuple(sorted(facts.items, key=lambda item: order[item.category]))[window]
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in printed:
        groups[item.category].append(item)
    donor = facts.question.donor
    heads = {key: gettext(lang, head) for key, head in _HEADS.items()}
    if donor:
        heads["share"] = gettext(lang, "Share of %(donor)s", donor=donor.label(lang))
    else:
        del heads["share"]
    left = len(facts.items) - len(printed)
    more = "%(left)s more items are in the XLSX, CSV and JSON of this report."
    return {
        "heads": list(heads.values()),
        "heads_by_key": heads,
        "has_share": donor is not None,
        "groups": [
            {
                "key": category,
                "name": words.word(words.CATEGORY, category, lang),
                "rows": [_item_row(item, donor.key if donor else None, lang) for item in groups[category]],
            }
            for category in sorted(groups, key=lambda name: order[name])
        ],
        "note": gettext(lang, more, left=display.number(left, lang)) if left else "",
    }


def category_order(facts: Facts) -> dict[str, int]:
    """In which order the categories' items stand: that of the table of categories."""
    places = {line.category: place for place, line in enumerate(facts.summary.by_category)}
    return dict(sorted(places.items(), key=lambda one: one[1]))


def _item_row(item: Item, donor: str | None, lang: Lang) -> Tree:
    made = " ".join(part for part in (item.manufacturer, item.model) if part)
    share = item.share_of(donor) if donor else None
    where = item.service_point.of(lang) if item.service_point else words.word(words.PLACE, item.place, lang)
    act = f"{item.act_number}" if item.act_number else display.NOTHING
    gone = f" ({words.word(words.GONE, item.gone_reason, lang)})" if item.gone_reason else ""
    return {
        "tag": item.tag or display.NOTHING,
        "name": item.name.of(lang),
        "made": made,
        "kit": gettext(lang, "part of kit %(tag)s", tag=item.kit) if item.kit else "",
        "serial": item.serial or display.NOTHING,
        "quantity": display.number(item.quantity, lang),
        "price": display.money(item.unit_price, lang),
        "value": display.money(item.value, lang),
        "currency": item.currency or "" if item.value is not None else "",
        "share": display.money(share.value, lang) if share else display.NOTHING,
        "percent": display.percent(share.percent, lang) if share else "",
        "act": act,
        "act_day": display.day(item.act_date, lang) if item.act_date else "",
        "where": "" if item.stage == "gone" else where,
        "stage": words.word(words.STAGE, item.stage, lang) + gone,
        "condition": "" if item.stage == "gone" else words.word(words.CONDITION, item.condition, lang),
        "condition_key": item.condition,
        "stage_key": item.stage,
        "title": words.word(words.TITLE, item.title, lang),
        "verified": display.day(item.verified_on, lang),
    }


def photos(making: Making, lang: Lang) -> Tree:
    """The newest of the photos that may be shown, with what each is of."""
    printed = making.photos[:PRINTED_PHOTOS]
    left = len(making.photos) - len(printed)
    more = "%(left)s more photos are named in the JSON of this report."
    notes = [
        gettext(
            lang,
            "Only photos are shown for which it is recorded that nobody can be recognised, or that everyone has agreed.",
        )
    ]
    if left:
        notes.append(gettext(lang, more, left=display.number(left, lang)))
    return {
        "rows": [
            {
                "sha256": photo.sha256,
                "what": words.word(KIND_TITLES, photo.kind, lang),
                "day": display.day(photo.taken_on, lang),
                "item": photo.item.of(lang),
                "tag": photo.tag or display.NOTHING,
            }
            for photo in printed
        ],
        "note": " ".join(notes),
    }


def timeline(facts: Facts, lang: Lang, window: slice | None = None) -> Tree:
    """What happened to several items together (same day, same kind, same detail) is one line.

    Where most was recorded afterwards (old papers were brought in) a mark on each line would say nothing.
    ``window``: which of all lines; without it those of paper.
    """
    lines = facts.timeline
    printed = lines
    if not isinstance(facts, MunicipalityFacts) and len(facts.items) > PRINTED_OF_A_PROGRAMME:
        printed = ()
    mark = sum(line.late for line in lines) * 2 < len(lines)
    told = {kind: words.word(KIND_TITLES, kind, lang) for kind in {line.kind for line in printed}}
    # What came in together was recorded at one instant.
    recorded_on = {at: kyiv.day_of(at) for at in {line.recorded_at for line in printed}}
    groups: dict[tuple[date, date, str, str], list[Happening]] = defaultdict(list)
    for line in printed:
        detail = line.detail.of(lang) if line.detail else ""
        key = (
            kyiv.day_of(line.occurred_at),
            recorded_on[line.recorded_at],
            told[line.kind],
            detail,
        )
        groups[key].append(line)
    rows = [
        {
            "occurred": display.day(occurred, lang),
            "recorded": display.day(recorded, lang),
            "late": mark and any(line.late for line in group),
            "what": what,
            "detail": detail,
            "count": len(group),
            "things": (things := _things(group, lang)),
            "pieces": _pieces(things, group),
        }
        for (occurred, recorded, what, detail), group in islice(
            groups.items(), *((window.start, window.stop) if window else (None,))
        )
    ]
    heads = ("Occurred", "Recorded", "What", "Items")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": rows,
        "whole": len(groups),
        "some": bool(lines),
        "late": gettext(lang, "recorded late"),
        "count": gettext(
            lang, "Events in the ledger behind these lines: %(n)s.", n=display.number(len(lines), lang)
        ),
    }


def _pieces(things: str, group: Sequence[Happening]) -> list[tuple[str, str]]:
    """``things`` cut at its tags: (text, where it leads), each tag to its event."""
    pieces: list[tuple[str, str]] = []
    for line in group[:NAMED_TAGS]:
        if line.tag:
            before, tag, things = (
                things.rpartition(line.tag) if len(group) == 1 else things.partition(line.tag)
            )
            pieces += [(before, ""), (tag, f"/a/{tag}#e-{line.event_id}")]
    return [*pieces, (things, "")]


def _things(group: Sequence[Happening], lang: Lang) -> str:
    if len(group) == 1:
        return f"{group[0].item.of(lang)}, {group[0].tag or display.NOTHING}"
    tags = [line.tag or display.NOTHING for line in group]
    shown = ", ".join(tags[:NAMED_TAGS])
    more = len(tags) - NAMED_TAGS
    listed = shown if more <= 0 else gettext(lang, "%(tags)s and %(n)s more", tags=shown, n=more)
    return f"{display.number(len(group), lang)}: {listed}"
