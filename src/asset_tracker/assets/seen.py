"""One asset: the question that finds it within an actor's reach, and all that is told of it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import array

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import may, recorded_by
from asset_tracker.assets import rules
from asset_tracker.assets.ordering import HERE
from asset_tracker.assets.places import Coarse, blur_row, blur_state
from asset_tracker.assets.views import AssetRow, AssetView, DisputeView, Funding
from asset_tracker.db.hot import Hot
from asset_tracker.i18n import gettext
from asset_tracker.ledger.state import State
from asset_tracker.ledger.tables import PLACED_AT, asset, asset_share, tag
from asset_tracker.programmes.tables import party, programme
from asset_tracker.territory.tables import municipality, service_point
from asset_tracker.territory.translit import transliterate

_PERCENT: Final = Decimal("0.0001")  # as shares are kept
_NAMELESS: Final = (None, None, None)
_a = asset.c
_here, _there = HERE, municipality.alias("there")
PLACED = asset.outerjoin(_here, _here.c.code == PLACED_AT)
_By = Literal["id", "tag", "old tag"]


def seen(actor: Actor, by: _By) -> Hot:
    """The question for one asset that is in the actor's reach, ``named`` by its id, its tag or one it had before."""
    return _seen_with(nameless(actor), by)


@lru_cache(maxsize=1000)
def _seen_with(actor: Actor, by: _By) -> Hot:
    named = bindparam("named", type_=Uuid if by == "id" else Text, required=False)
    meant = {"id": _a.id == named, "tag": _a.tag == named}
    tagged = _a.id.in_(select(tag.c.asset_id).where(tag.c.tag == named))
    return Hot(_view(_givers(actor)).where(meant.get(by, tagged), scope.assets(actor)))


as_state = msgspec.json.Decoder(State).decode


_Named = Sequence[str | None] | None


class Seen(NamedTuple):
    """What is asked of one asset beside its state (as JSON text), of which most columns of its row are made.

    What is named by another table comes as the texts of one row of it, None where there is none: ``here`` in
    Ukrainian and English, and its oblast in Ukrainian; ``of`` which programme, its code first; ``point`` and
    ``there``, where it is bound for. ``givers``: id and names of those whose shares are told.
    """

    state: str
    id: UUID
    programme: UUID | None
    unit_price: Decimal | None
    changed_at: datetime
    head_hash: bytes
    head_seq: int
    here: _Named
    of: _Named
    point: _Named
    there: _Named
    givers: Sequence[tuple[str, str, str]] | None


def _view(givers: ColumnElement[Any]) -> Select[Any]:
    # Names as sub-queries, each with one value: joined, PostgreSQL sets up every column of the row anew for each
    # table, which takes it longer than to find the name.
    h, p, s, t = _here.c, programme.c, service_point.c, _there.c
    columns = (
        cast(_a.state, Text),
        _a.id,
        _a.programme_id,
        _a.unit_price,
        _a.changed_at,
        _a.head_hash,
        _a.head_seq,
        _named(
            h.code == PLACED_AT,
            h.name_uk,
            h.name_en,
            h.oblast_uk,
        ),
        _named(p.id == _a.programme_id, p.code, p.name_uk, p.name_en),
        _named(s.id == _a.service_point_id, s.name_uk, s.name_en),
        _named(t.code == _a.destination_code, t.name_uk, t.name_en),
        givers,
    )
    return select(*(column.label(f"c{n}") for n, column in enumerate(columns))).select_from(asset)


def _named(which: ColumnElement[bool], *names: ColumnElement[str]) -> ColumnElement[Any]:
    return select(array(names)).where(which).correlate(asset).scalar_subquery()


def _givers(actor: Actor) -> ColumnElement[Any]:
    """The names of those who paid for it and whose shares the actor is told of, by their ids.

    Whoever sees an asset by their work is told of all its shares, or of none. A donor's are those of their grants,
    and where one is more than a donor, those that the wall shows.
    """
    donors = scope.donors(actor)
    if donors == ():
        return null()
    if actor.has("donor"):
        paid = select(asset_share.c.donor_id).where(asset_share.c.asset_id == _a.id).correlate(asset)
        mine = paid.where(asset_share.c.donor_id.in_(donors)) if donors is not None else paid
        who: ColumnElement[bool] = party.c.id.in_(mine)
    else:
        who = literal_column(_PAID, Boolean)
    told = (
        select(array((cast(party.c.id, Text), party.c.name_uk, party.c.name_en))).where(who).correlate(asset)
    )
    return func.array(told.scalar_subquery())


_PAID: Final = "party.id = ANY (ARRAY(SELECT CAST(s ->> 'donor' AS uuid) FROM jsonb_array_elements(asset.state -> 'shares') s))"


def _funding(state: State, givers: Sequence[tuple[str, str, str]] | None) -> tuple[Funding, ...]:
    """The shares of those who are named, the largest first."""
    names = {giver: (uk, en) for giver, uk, en in givers or ()}
    told = [
        Funding(s.donor, *found, s.percent.quantize(_PERCENT))
        for s in state.shares
        if (found := names.get(str(s.donor))) is not None
    ]
    told.sort(key=lambda each: (-each.percent, each.name_en))
    return tuple(told)


def row_of(seen: Seen, state: State) -> AssetRow:
    """The view of the row that the state makes (``ledger.projection``)."""
    here_uk, here_en, _ = seen.here or _NAMELESS
    return AssetRow(
        id=seen.id,
        tag=state.tag,
        category=state.category,
        name_uk=state.name_uk,
        name_en=state.name_en,
        manufacturer=state.manufacturer,
        model=state.model,
        serial=state.serial,
        quantity=state.quantity,
        programme=seen.programme,
        consignment=state.consignment,
        line=state.line,
        kit=state.kit,
        is_kit=state.is_kit,
        destination=state.destination,
        municipality=state.municipality,
        municipality_uk=here_uk,
        municipality_en=here_en,
        service_point=state.service_point,
        place=state.place,
        stage=state.stage,
        condition=state.condition,
        title=state.title,
        gone_reason=state.gone,
        disputed=state.disputed,
        unit_price=seen.unit_price,
        currency=state.currency,
        changed_at=seen.changed_at,
        attributes=state.attributes,
    )


def as_told(row: AssetRow, oblast: str | None, known: Coarse) -> AssetRow:
    """The row as its reader may know it; ``oblast``: where the asset is."""
    return blur_row(row, known[row.id], _oblast(oblast)) if known.of else row


def _oblast(name: str | None) -> tuple[str, str] | None:
    """An oblast as people call it, in Ukrainian and English."""
    if name is None:
        return None
    say = "%(oblast)s oblast"
    return gettext("uk", say, oblast=name), gettext("en", say, oblast=transliterate(name))


def view_of(
    actor: Actor, seen: Seen, state: State, row: AssetRow, related: list[AssetRow], known: Coarse
) -> AssetView:
    """All that is told of it to the actor; ``row`` of it and the ``related`` ones as they are, ``known`` as they are known."""
    precise = known[row.id]
    shown = blur_state(state, precise)
    _, _, oblast = seen.here or _NAMELESS
    there_uk, there_en = (seen.there if precise != "oblast" else None) or _NAMELESS[:2]
    point_uk, point_en = (seen.point if precise == "exact" else None) or _NAMELESS[:2]
    code, programme_uk, programme_en = seen.of or _NAMELESS
    return AssetView(
        row=as_told(row, oblast, known),
        state=shown if may(actor, "people.read") else _without_people(shown),
        head=seen.head_hash.hex(),
        events=seen.head_seq,
        destination_uk=there_uk,
        destination_en=there_en,
        service_point_uk=point_uk,
        service_point_en=point_en,
        programme_code=code,
        programme_uk=programme_uk,
        programme_en=programme_en,
        kit=next((each for each in related if each.id == row.kit), None),
        components=tuple(each for each in related if each.kit == row.id),
        funding=_funding(state, seen.givers),
        disputes=tuple(DisputeView(d.events, d.reason) for d in shown.disputes),
        actions=rules.actions(shown, recorded_by(actor)),
        may_correct=may(actor, "event.correct"),
    )


def _without_people(state: State) -> State:
    return msgspec.structs.replace(state, room=None, shares=())
