"""What is shown of assets and their events."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from asset_tracker.ledger.state import State


class AssetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of assets.

    ``precision``: how exactly the reader may know where it is. ``oblast``: no municipality is named, and
    ``municipality_uk`` and ``municipality_en`` name the oblast. ``attributes``: what stands in the fields that
    its category has of its own (``assets.attributes``), by key.
    """

    id: UUID
    tag: str
    category: str
    name_uk: str
    name_en: str | None
    manufacturer: str | None
    model: str | None
    serial: str | None
    quantity: int
    programme: UUID | None
    consignment: UUID | None
    line: int | None
    kit: UUID | None
    is_kit: bool
    destination: str | None
    municipality: str | None
    municipality_uk: str | None
    municipality_en: str | None
    service_point: UUID | None
    place: str
    stage: str
    condition: str
    title: str
    gone_reason: str | None
    disputed: bool
    unit_price: Decimal | None
    currency: str | None
    changed_at: datetime
    precision: Literal["exact", "municipality", "oblast"] = "exact"
    attributes: dict[str, str] = {}


class AssetPage(msgspec.Struct, frozen=True):
    """One page; ``next`` is what to pass as ``after`` for the following one, None at the end."""

    items: tuple[AssetRow, ...]
    next: UUID | None
    total: int | None = None


class Funding(msgspec.Struct, frozen=True):
    """A donor's share that the reader may see."""

    donor: UUID
    name_uk: str
    name_en: str
    percent: Decimal


class DisputeView(msgspec.Struct, frozen=True):
    """Facts that cannot all be true; ``reason`` is an English msgid."""

    events: tuple[UUID, ...]
    reason: str


class AssetView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one asset that the reader may see.

    ``municipality`` is where it is, ``destination`` where it is bound for; ``head`` the chain head a
    decision at a desk should carry; ``actions`` the kinds of fact that make sense now for this reader.
    """

    row: AssetRow
    state: State
    head: str
    events: int
    destination_uk: str | None
    destination_en: str | None
    service_point_uk: str | None
    service_point_en: str | None
    programme_code: str | None
    programme_uk: str | None
    programme_en: str | None
    kit: AssetRow | None
    components: tuple[AssetRow, ...]
    funding: tuple[Funding, ...]
    disputes: tuple[DisputeView, ...]
    actions: tuple[str, ...]
    may_correct: bool


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the reader may see it: nothing personal for those who see no people.

    ``actor`` is the name of who recorded it, ``roles`` those that they have; ``standing`` is false when a
    later event struck it out.
    """

    id: UUID
    asset: UUID
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str | None
    device: str | None
    operation: UUID | None
    supersedes: UUID | None
    standing: bool
    payload: dict[str, Any]
    photos: tuple[str, ...]
    hash: str
    roles: tuple[str, ...] = ()


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries of a history to show; None asks for all. ``since`` and ``until`` are instants (UTC)."""

    kind: str | None = None
    role: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Filters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to list; None asks for all. ``q`` is looked for in tag, serial number, name, model and own fields.

    ``oblast`` is the beginning of a code (``UA18``); ``gone`` asks for what left for good, or for what did not;
    ``waits`` and ``missing`` are the sorts of ``assets.waits``. ``fields``: what must stand in fields of a
    category's own, each as ``key:value``, the value as it is kept.
    """

    q: str | None = None
    programme: UUID | None = None
    consignment: UUID | None = None
    municipality: str | None = None
    oblast: str | None = None
    service_point: UUID | None = None
    category: str | None = None
    stage: str | None = None
    condition: str | None = None
    title: str | None = None
    disputed: bool | None = None
    kit: UUID | None = None
    is_kit: bool | None = None
    donor: UUID | None = None
    gone: bool | None = None
    waits: str | None = None
    missing: str | None = None
    fields: tuple[str, ...] = ()


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a municipality holds of the assets that the reader may see.

    ``working`` counts what is installed or in service, ``faults`` what needs attention or does not
    work, ``lost`` what was lost, stolen or destroyed.
    """

    code: str
    name_uk: str
    name_en: str
    oblast_code: str
    oblast_uk: str
    population: int | None
    assets: int
    delivered: int
    accepted: int
    working: int
    in_service: int
    faults: int
    lost: int
    disputed: int


class Giver(msgspec.Struct, frozen=True):
    """A donor, and how many of the delivered assets they paid for, at least in part."""

    name_uk: str
    name_en: str
    assets: int
