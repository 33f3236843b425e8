"""The rules that hold today, as the lists of what is due ask by them.

Those that ask the same stand together, so that twenty programmes with one preset ask one question; and
what depends on the programme alone (its end, its legal regime, its agreement) is looked up here, so that
the question about a million assets does not have to.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Uuid, and_, exists, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.attributes import OWN, OWN_CATEGORY, Catalogue
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.programmes.policies import RuleKind
from asset_tracker.programmes.tables import policy_rule, programme

_a, _r, _p = asset.c, policy_rule.c, programme.c

# Kinds that look at the end of the programme.
TO_THE_END: Final[frozenset[RuleKind]] = frozenset({"transfer_proof", "late_purchase"})
_FEW: Final = 3
_SAME: Final = ("rule", "number", "source", "amount", "currency", "fields", "categories", "regimes")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that ask the same in the same words, and of whose assets."""

    rule: RuleKind
    number: int
    source: str
    amount: Decimal | None = None
    currency: str | None = None
    fields: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    own_categories: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    programmes: frozenset[UUID] = frozenset()
    donors: frozenset[UUID] = frozenset()
    everybody: bool = False
    # Programmes outside of which it asks nothing.
    only_in: frozenset[UUID] | None = None

    @property
    def holds(self) -> ColumnElement[bool]:
        """The condition that it holds for the asset of the row."""
        return and_(self._reached(), *self._narrowed())

    def _reached(self) -> ColumnElement[bool]:
        if self.everybody:
            return true()
        paid = exists(
            select(asset_share.c.asset_id).where(
                asset_share.c.asset_id == _a.id, asset_share.c.donor_id.in_(sorted(self.donors))
            )
        )
        return or_(
            false(),
            *([_of(self.programmes)] if self.programmes else []),
            *([paid] if self.donors else []),
        )

    def _narrowed(self) -> Iterable[ColumnElement[bool]]:
        if self.categories or self.own_categories:
            own = _a.state["attributes"][OWN_CATEGORY].astext
            yield or_(
                *([_a.category.in_(self.categories)] if self.categories else []),
                *([own.in_(self.own_categories)] if self.own_categories else []),
            )
        if self.only_in is not None:
            yield _of(self.only_in)
        if self.amount is not None:
            yield or_(
                _a.unit_price.is_(None),
                _a.currency.is_distinct_from(self.currency),
                _a.unit_price > self.amount,
            )

    def is_stricter(self, other: "Asked", detail: str) -> bool:
        """Whether it asks the same as ``other`` and sooner; of two that ask for the same day, one does."""
        if self.rule != other.rule or (detail and detail not in self.fields):
            return False
        return self.strictness < other.strictness

    @property
    def strictness(self) -> tuple[Any, ...]:
        """Of two rules of a kind that with the smaller one asks sooner."""
        return (self.number, self.source, msgspec.json.encode(self, order="sorted"))

    def left_by(self, stricter: Sequence["Asked"]) -> "Asked | None":
        """What is asked beside rules that ask more strictly whatever the asset is; None if that is nothing."""
        whole = [each for each in stricter if each.covers(self.only_in)]
        programmes = self.programmes.difference(*(each.programmes for each in whole))
        donors = self.donors.difference(*(each.donors for each in whole))
        nobody = not (self.everybody or programmes or donors) or self.only_in == frozenset()
        if nobody or any(each.everybody for each in whole):
            return None
        return msgspec.structs.replace(self, programmes=programmes, donors=donors)

    def within(self, programme: UUID) -> "Asked | None":
        """What it asks of the assets of one programme; None if that is nothing."""
        if self.only_in is not None and programme not in self.only_in:
            return None
        whole = self.everybody or programme in self.programmes
        if not (whole or self.donors):
            return None
        donors = frozenset[UUID]() if whole else self.donors
        return msgspec.structs.replace(
            self, everybody=whole, programmes=frozenset(), donors=donors, only_in=None
        )

    def covers(self, only_in: frozenset[UUID] | None) -> bool:
        """Whether it asks about every asset in its reach, as far as these programmes go."""
        if self.categories or self.own_categories or self.amount is not None:
            return False
        return self.only_in is None or (only_in is not None and only_in <= self.only_in)

    def overlaps(self, other: "Asked") -> bool:
        """Whether both may hold for one asset."""
        either = (self, other)
        return any(each.everybody or each.donors for each in either) or bool(
            self.programmes & other.programmes
        )


def _of(programmes: frozenset[UUID]) -> ColumnElement[bool]:
    """The asset is of one of the programmes.

    Of many it is asked in a way that no index serves: theirs would be read for nearly all assets, each time.
    """
    few = len(programmes) <= _FEW
    named = _a.programme_id if few else func.coalesce(_a.programme_id, literal(UUID(int=0), Uuid))
    return named.in_(sorted(programmes))


async def rules_asked(conn: AsyncConnection) -> list[Asked]:
    """Every rule that holds today; those that ask the same stand together. Required fields of categories too."""
    programmes = (await conn.execute(select(_p.id, _p.legal_regime, _p.ends_on, _p.agreement))).all()
    rows = await conn.execute(select(policy_rule).where(_r.ended_at.is_(None)).order_by(_r.source, _r.id))
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        narrowed = (tuple(row.fields), tuple(row.categories), tuple(row.regimes))
        key = (row.rule, row.number or 0, row.source, row.amount, row.currency, *narrowed)
        found.setdefault(key, []).append(row)
    return [
        *_own(await get_catalogue(conn)),
        *(
            each
            for key, some in found.items()
            for each in _within(
                Asked(
                    **dict(zip(_SAME, key, strict=True)),
                    programmes=frozenset(row.programme_id for row in some if row.programme_id),
                    donors=frozenset(row.donor_id for row in some if row.donor_id),
                    everybody=any(row.programme_id is None and row.donor_id is None for row in some),
                ),
                programmes,
            )
        ),
    ]


def _own(known: Catalogue) -> Iterable[Asked]:
    """What the required fields ask for that categories have of their own: of everybody, since the delivery."""
    for each in known.standing():
        if each.required:
            yield Asked(
                rule="required_fields",
                number=0,
                source="",
                fields=(OWN + each.key,),
                categories=tuple(code for code in each.categories if code not in known.own),
                own_categories=tuple(code for code in each.categories if code in known.own),
                everybody=True,
            )


def _within(asked: Asked, programmes: Sequence[Any]) -> Iterable[Asked]:
    """The rule with the programmes that it is confined to; what asks for an agreement stands apart."""
    fits = [row for row in programmes if not asked.regimes or row.legal_regime in asked.regimes]
    ends = asked.rule in TO_THE_END
    confined = None
    if ends or asked.regimes:
        confined = frozenset(row.id for row in fits if row.ends_on or not ends)
    rest = tuple(field for field in asked.fields if field != "agreement")
    if rest or not asked.fields:
        yield msgspec.structs.replace(asked, only_in=confined, fields=rest)
    if len(rest) < len(asked.fields):
        without = frozenset(row.id for row in fits if row.agreement is None)
        yield msgspec.structs.replace(asked, only_in=without, fields=("agreement",))
