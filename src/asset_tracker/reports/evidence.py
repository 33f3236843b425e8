"""From a figure of a report to the items it counts, and the events each of them was counted by [pure].

A figure is named as in an address: ``delivered``, ``condition:working``, ``value:UAH``, ``share:UAH:<donor>``,
``worth:EUR``, ``days:delivered_accepted``, ``since:served``, ``finding:no_act``. ``Part`` narrows it to a category, a
municipality, an oblast or one asset. The numbers of the items sum to the figure that the report states (those of days are what the median
is of).
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import compress
from operator import attrgetter

from msgspec import Struct

from asset_tracker.errors import NotFoundError
from asset_tracker.reports import serving
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.figures import situation_of
from asset_tracker.reports.figures_behind import HANDED_OVER, Figure, Number, figure_of
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_items import Happening, Item


class Part(Struct, frozen=True, kw_only=True):
    """Which of the items; ``sets`` are kits, which no total counts again."""

    category: str = ""
    municipality: str = ""
    oblast: str = ""
    raion: str = ""
    situation: str = ""
    asset: str = ""
    sets: bool = False


class Behind(Struct, frozen=True):
    """An item, what it adds to the figure, and the events that say so."""

    item: Item
    number: Number
    events: tuple[Happening, ...]


class Evidence(Struct, frozen=True, kw_only=True):
    """``title`` is a msgid; ``total`` what the numbers sum to, None where a median is told."""

    title: str
    rows: tuple[Behind, ...]
    total: Number | None
    currency: str = ""


_ALL = Part()
_number = attrgetter("asset_id.int")
# Figures of money, and those that kits are counted in as well.
_MONEY = (
    "value",
    "value_delivered",
    "value_by",
    "share",
    "worth",
    "worth_delivered",
    "loss_value",
    "upkeep_cost",
)
_EVERY = (
    "finding",
    "upkeep",
    "losses",
    "losses_open",
    "losses_closed",
    "reached",
    "raions",
    "residents",
    "without_rate",
    "serving",
    *(f"since:{unit}" for unit in serving.SHORT),
    "since:losses",
    "since:upkeep",
    "since:events",
)


def evidence(facts: Facts, figure: str, part: Part | None = None, told: slice = slice(None)) -> Evidence:
    """What stands behind ``figure``. The timeline of ``facts`` must be whole. Raises NotFoundError.

    ``told``: of which rows events are gathered, where not all are shown; the others have none.
    """
    part = part or Part()
    name, _, of = figure.partition(":")
    found = figure_of(facts, name, of)
    if found is None:
        raise NotFoundError("There is no such figure in this report.")
    money = name in _MONEY
    counted = [
        (item, number)
        for item in _chosen(facts, part, every=money or name in _EVERY or figure in _EVERY)
        if (number := found.counts(item))
    ]
    # By the numbers of the ids: a UUID is hashed by Python code.
    happened: dict[int, list[Happening]] = {item.asset_id.int: [] for item, _ in counted[told]}
    for line in compress(facts.timeline, map(happened.__contains__, map(_number, facts.timeline))):
        happened[line.asset_id.int].append(line)
    histories = (happened.get(item.asset_id.int) for item, _ in counted)
    rows = [
        Behind(item, number, _events(item, lines, found) if lines else ())
        for (item, number), lines in zip(counted, histories, strict=True)
    ]
    total = (
        None
        if name in ("days", "unseen")
        else sum((row.number for row in rows), Decimal("0.00") if money else 0)
    )
    return Evidence(
        title=found.title, rows=tuple(rows), total=total, currency=of.partition(":")[0] if money else ""
    )


def _chosen(facts: Facts, part: Part, *, every: bool) -> Sequence[Item]:
    if part == _ALL:
        return facts.items if every else [item for item in facts.items if not item.is_kit]
    places = municipalities(facts)

    def fits(item: Item) -> bool:
        place = places.get(item.municipality)
        return (
            (every or item.is_kit == part.sets)
            and part.category in ("", item.category)
            and (not part.asset or part.asset == str(item.asset_id))
            and part.municipality in ("", item.municipality)
            and (not part.oblast or (place is not None and place.oblast.uk == part.oblast))
            and (not part.raion or (place is not None and place.region.uk == part.raion))
            and (not part.situation or (place is not None and situation_of(place) == part.situation))
        )

    return [item for item in facts.items if fits(item)]


def _events(item: Item, lines: Sequence[Happening], figure: Figure) -> tuple[Happening, ...]:
    if figure.only:
        lines = [line for line in lines if figure.only(item, line)]
    told = [line for line in lines if line.kind in figure.kinds]
    if figure.kinds == HANDED_OVER:
        # a delivery that nobody recorded is told by the first fact that could not be without it
        told = [line for line in told if line.kind == "delivered"] or told[:1]
    if figure.last:
        told = told[-1:]
    return tuple(told or [line for line in lines if line.kind == "registered"])
