"""The only place that turns grants into SQL.

What is not in scope does not exist for the actor: a foreign and an unknown thing look alike.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Table,
    Uuid,
    and_,
    cast,
    exists,
    false,
    literal,
    or_,
    select,
    true,
)

from asset_tracker.access.actors import Actor, Grant
from asset_tracker.access.permissions import Permission, granting, held, recording
from asset_tracker.db.wall import NOTHING, Reach
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import asset, asset_share

Funded = Callable[[Sequence[UUID]], ColumnElement[bool]]


def within(
    actor: Actor,
    permission: Permission,
    *,
    programme: ColumnElement[UUID] | None = None,
    areas: Sequence[ColumnElement[str]] = (),
    funded: Funded | None = None,
) -> ColumnElement[bool]:
    """The condition that a row is in reach of the actor for ``permission``.

    ``programme`` and ``areas`` are the row's columns; ``funded`` gives the condition that one of the
    donors paid for it. A grant that a row offers no column for does not reach it.
    """
    grants = granting(actor, permission)
    return _any(grants, programme, areas, funded)


def reach(actor: Actor | None) -> Reach:
    """What all grants of the actor reach together: what row-level security lets through (``db.wall``).

    It is wider than any one of the conditions here, which ask for a permission; None reaches nothing.
    """
    if actor is None:
        return NOTHING
    grants = actor.grants
    field = [grant for grant in grants if grant.role in ("coordinator", "technician", "custodian")]
    return Reach(
        actor=actor.id,
        everything=actor.has("administrator", "auditor"),
        programmes=[g.programme for g in field if g.programme and g.area is None and g.role != "custodian"],
        areas=[g.area for g in field if g.area and g.programme is None and g.role != "coordinator"],
        pairs=[(g.programme, g.area) for g in field if g.programme and g.area],
        donors=[g.donor for g in grants if g.role == "donor" and g.donor],
        permissions=sorted(held(actor)),
    )


def assets(actor: Actor, permission: Permission = "asset.read") -> ColumnElement[bool]:
    """The assets that the actor may do ``permission`` with."""
    return within(actor, permission, programme=asset.c.programme_id, areas=_AREAS, funded=_funded)


def counted(actor: Actor, kept: Table, permission: Permission = "asset.read") -> ColumnElement[bool]:
    """The rows of kept counts (``ledger.counts``) of the assets that the actor may do ``permission`` with."""
    c = kept.c
    areas = (c.municipality_code, c.destination_code)

    def funded(parties: Sequence[UUID]) -> ColumnElement[bool]:
        # Of a type that stays even where values are written into the statement.
        paid: ColumnElement[bool] = c.donors.overlap(cast(literal(list(parties), ARRAY(Uuid)), ARRAY(Uuid)))
        return paid

    return within(actor, permission, programme=c.programme_id, areas=areas, funded=funded)


def everything(actor: Actor, permission: Permission) -> bool:
    """Whether there is nothing that the actor may not do ``permission`` with."""
    return _everything(granting(actor, permission))


def in_oblasts(actor: Actor) -> bool:
    """Whether what the actor may read is bounded by oblasts at the most, not by parts of them."""
    return all(len(grant.area or "") <= OBLAST for grant in granting(actor, "asset.read"))


def by_work(actor: Actor) -> ColumnElement[bool]:
    """The assets that a role beside that of a donor reaches: whoever works with them knows where they are."""
    grants = [grant for grant in granting(actor, "asset.read") if grant.role != "donor"]
    return _any(grants, asset.c.programme_id, _AREAS, _funded)


def recordable(actor: Actor, kind: str) -> ColumnElement[bool]:
    """The assets for which the actor may record facts of this kind."""
    grants = recording(actor, kind)
    return _any(grants, asset.c.programme_id, _AREAS, _funded)


def donors(actor: Actor) -> tuple[UUID, ...] | None:
    """The donors for whom the actor sees shares: None for all, else those of the donor's grants."""
    if any(grant.role != "donor" for grant in granting(actor, "report.read")):
        return None
    return tuple(grant.donor for grant in actor.grants if grant.role == "donor" and grant.donor)


def programmes(actor: Actor, permission: Permission) -> tuple[UUID, ...] | None:
    """The programmes in which the actor may create things: None for all."""
    grants = granting(actor, permission)
    if _everything(grants):
        return None
    return tuple(grant.programme for grant in grants if grant.programme)


def area_reaches(actor: Actor, code: str, permission: Permission) -> bool:
    """Whether a technician's or custodian's area, or a role without an area, reaches the municipality."""
    grants = granting(actor, permission)
    return any(grant.area is None or code.startswith(grant.area) for grant in grants)


_AREAS = (asset.c.municipality_code, asset.c.destination_code)


def _funded(parties: Sequence[UUID]) -> ColumnElement[bool]:
    paid = select(asset_share.c.asset_id).where(
        asset_share.c.asset_id == asset.c.id, asset_share.c.donor_id.in_(parties)
    )
    return exists(paid)


def _everything(grants: Sequence[Grant]) -> bool:
    return any(grant.role in ("administrator", "auditor") for grant in grants)


def _any(
    grants: Sequence[Grant],
    programme: ColumnElement[UUID] | None,
    areas: Sequence[ColumnElement[str]],
    funded: Funded | None,
) -> ColumnElement[bool]:
    if _everything(grants):
        return true()
    parties = [grant.donor for grant in grants if grant.role == "donor" and grant.donor]
    terms = [_reach(grant, programme, areas) for grant in grants if grant.role != "donor"]
    if parties and funded is not None:
        terms.append(funded(parties))
    return or_(false(), *terms)


def _reach(
    grant: Grant, programme: ColumnElement[UUID] | None, areas: Sequence[ColumnElement[str]]
) -> ColumnElement[bool]:
    terms: list[ColumnElement[bool]] = []
    if grant.programme is not None:
        terms.append(false() if programme is None else programme == grant.programme)
    if grant.area is not None:
        terms.append(or_(false(), *(column.startswith(grant.area, autoescape=True) for column in areas)))
    needed = {"coordinator": grant.programme, "custodian": grant.area}.get(grant.role, terms)
    return and_(*terms) if terms and needed else false()
