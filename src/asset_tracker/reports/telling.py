"""From the assets as they stood on a day, and what stands around them, to what a report is composed of [pure]."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from asset_tracker import kyiv
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.documents.names import Name
from asset_tracker.reports.compose import Material
from asset_tracker.reports.fold import Known, Standing, Told, blur, tell
from asset_tracker.reports.structs import Listed, Question
from asset_tracker.reports.structs_around import Budget, Donor, Municipality, Programme, Rate
from asset_tracker.reports.structs_figures import Finding
from asset_tracker.reports.structs_items import Happening, Item, Support

_in_time = attrgetter("occurred_at", "recorded_at", "tag", "event_id")


class About(Struct, frozen=True, kw_only=True):
    """The municipality or the programme, by its code, that a report is about."""

    municipality: str | None = None
    programme: str | None = None


class Terms(Struct, frozen=True, kw_only=True):
    """What a report tells, and to whom it may be told.

    ``since``: from when on the period is counted; ``whole``: the timeline begins earlier all the same.
    ``donor`` is whose money the report is about; ``only`` the donors whose shares may be shown (None: all);
    ``coarse`` the assets of which the reader may not know the exact place.
    """

    about: About
    as_of: date
    since: date | None = None
    whole: bool = False
    donor: Donor | None = None
    only: frozenset[str] | None = None
    coarse: Coarse = EXACT
    view: Listed | UnsetType = UNSET


class Named(Struct, frozen=True, kw_only=True):
    """What the events of a report's things name: what there is to look up. Municipalities by their codes."""

    points: frozenset[UUID]
    consignments: frozenset[UUID]
    programmes: frozenset[UUID]
    donors: frozenset[UUID]
    municipalities: frozenset[str]


class Around(Struct, frozen=True, kw_only=True):
    """``codes`` of all programmes in reach; ``programmes`` those that the report is about, ``demonstration`` if one is.

    ``to_publish``: programmes of which councils must publish what they put on their balance.
    ``point_kinds``: of what kind a service point is, by its municipality and Ukrainian name.
    ``restricted``: municipalities whose service points are not named to this reader. ``rates``: all by then.
    """

    codes: Mapping[UUID, str]
    to_publish: frozenset[UUID]
    programmes: tuple[Programme, ...]
    demonstration: bool
    points: Mapping[UUID, Name]
    point_kinds: Mapping[tuple[str, str], str]
    consignments: Mapping[UUID, str]
    fields: Catalogue
    municipalities: tuple[Municipality, ...]
    support: tuple[Support, ...]
    donors: tuple[Donor, ...]
    restricted: frozenset[str]
    budget: Budget | None
    rates: tuple[Rate, ...]


def here_of(standing: Sequence[Standing], about: About) -> list[Standing]:
    """Those of the assets that the report is about, whoever paid for them."""
    code = about.municipality
    return [each for each in standing if code is None or each.municipality == code]


def paid_by(here: Sequence[Standing], donor: Donor | None) -> list[Standing]:
    """Those of them that the report tells of: what the donor paid for, if it is about one."""
    if donor is None:
        return list(here)
    return [each for each in here if any(str(s.donor) == donor.key for s in each.folded.state.shares)]


def named_by(standing: Sequence[Standing], coarse: Coarse) -> Named:
    """What the assets that are told of name."""
    points: dict[int, UUID] = {}
    consignments, programmes, donors = dict(points), dict(points), dict(points)
    municipalities = set()
    for each in standing:
        state, programme = each.folded.state, each.events[0].programme
        points |= each.points
        if state.consignment:
            consignments[state.consignment.int] = state.consignment
        if programme:
            programmes[programme.int] = programme
        for share in state.shares:
            donors[share.donor.int] = share.donor
        municipalities.add(_municipality(each, coarse))
    return Named(
        points=frozenset(points.values()),
        consignments=frozenset(consignments.values()),
        programmes=frozenset(programmes.values()),
        donors=frozenset(donors.values()),
        municipalities=frozenset(municipalities),
    )


def material(here: Sequence[Standing], around: Around, terms: Terms) -> Material:
    """Everything that the figures are made of."""
    kits = {each.folded.state.kit for each in here} - {None}
    known = Known(
        programmes=around.codes,
        to_publish=around.to_publish,
        points=around.points,
        consignments=around.consignments,
        # A thing may be part of a kit that somebody else paid for.
        tags={each.asset: each.tag for each in here if each.asset in kits} if kits else {},
        fields=around.fields,
    )
    told = [blur(tell(each, known), terms.coarse[each.asset]) for each in paid_by(here, terms.donor)]
    return Material(
        question=Question(as_of=terms.as_of, since=terms.since, donor=terms.donor, view=terms.view),
        programmes=around.programmes,
        municipalities=around.municipalities,
        items=tuple(sorted((each.item for each in told), key=_in_reading_order)),
        timeline=_timeline(told, None if terms.whole else terms.since),
        support=around.support,
        losses=tuple(
            sorted((loss for each in told for loss in each.losses), key=lambda loss: loss.occurred_on)
        ),
        donors=around.donors,
        restricted=around.restricted,
        budget=around.budget,
        only_donors=terms.only,
        rates=around.rates,
    )


def moved_away(standing: Sequence[Standing], code: str) -> tuple[Finding, ...]:
    """What had been handed over to the municipality and is in another one."""
    return tuple(
        Finding(code="moved_away", tag=each.tag, item=each.name, municipality=code, day=day)
        for each in standing
        if (day := each.left(code)) is not None
    )


def _municipality(standing: Standing, coarse: Coarse) -> str:
    return "" if coarse[standing.asset] == "oblast" else standing.municipality


def _in_reading_order(item: Item) -> tuple[str, str, str, str]:
    return (item.municipality, item.category, item.name.uk, item.tag or "")


def _timeline(told: Sequence[Told], since: date | None) -> tuple[Happening, ...]:
    lines = [line for each in told for line in each.happenings]
    if since is not None:
        lines = [line for line in lines if kyiv.day_of(line.occurred_at) >= since]
    lines.sort(key=_in_time)
    return tuple(lines)
