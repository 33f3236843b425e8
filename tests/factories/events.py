"""Hypothesis strategies for payloads, made from the types themselves: a new kind is covered by being there."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.events import KINDS, Correction, Resolution
from asset_tracker.ledger.ids import uuid7

DAY = datetime(2025, 1, 1, tzinfo=UTC)
ASSET, ACTOR = uuid7(), uuid7()
LATER = tuple(kind for kind in KINDS if kind not in ("correction", "resolution"))

# What is bound by a pattern is not what varies here, and making it up from the pattern is slow.
EXAMPLES = {
    r"^UA\d{17}$": ("UA18080010000090720", "UA18060170000069581", "UA65000000000030969"),
    r"^[0-9a-f]{64}$": ("ab" * 32, "cd" * 32, "0f" * 32),
    r"^[A-Z]{3}$": ("UAH", "EUR", "SEK"),
    r"^[0-9A-HJKMNP-TV-Z]{8}$": ("7K3M9QXV", "0000000M", "ZZZZZZZZ"),
    r"^[a-z][a-z0-9_]{0,40}$": ("colour", "ram_gb", "a"),
}
FREE = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])


def payloads(kinds=tuple(KINDS)):
    """Payloads of these kinds, each field given or left out."""
    return st.sampled_from(sorted(kinds)).flatmap(lambda kind: structs(KINDS[kind]))


def structs(cls):
    fields = {f.name: f for f in inspect.type_info(cls).fields}
    needed = {name: of(f.type) for name, f in fields.items() if f.required}
    optional = {name: of(f.type) for name, f in fields.items() if not f.required}
    return st.fixed_dictionaries(needed, optional=optional).map(lambda given: cls(**given))


def of(kind):
    """A strategy for a msgspec type."""
    match kind:
        case inspect.Metadata():
            return of(kind.type)
        case inspect.UnionType():
            return st.one_of([of(each) for each in kind.types])
        case inspect.NoneType():
            return st.none()
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.StrType():
            return text(kind)
        case inspect.IntType():
            return st.integers(kind.ge, kind.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.DecimalType():
            return st.decimals(0, 10**12, places=2) | st.sampled_from([Decimal("1E+3"), Decimal("0.10")])
        case inspect.UUIDType():
            return st.uuids()
        case inspect.DateType():
            return st.dates(date(1990, 1, 1), date(2100, 12, 31))
        case inspect.VarTupleType():
            items = st.lists(of(kind.item_type), min_size=kind.min_length or 0, max_size=4)
            return items.map(tuple)
        case inspect.DictType():
            return st.dictionaries(of(kind.key_type), of(kind.value_type), max_size=4)
        case inspect.StructType():
            return structs(kind.cls)
    raise NotImplementedError(kind)


def text(kind):
    if kind.pattern in EXAMPLES:
        return st.sampled_from(EXAMPLES[kind.pattern])
    if kind.pattern != r"^[^\x00]*$" and kind.pattern:
        return st.from_regex(kind.pattern, fullmatch=True)
    return st.text(FREE, min_size=kind.min_length or 0, max_size=min(kind.max_length or 40, 40))


def as_json(payload):
    return msgspec.to_builtins(payload)


@st.composite
def histories(draw):
    """The facts of one asset: any kinds, few moments (so that some coincide), some that strike out others."""
    first = draw(structs(KINDS["registered"]))
    said = [first, *draw(st.lists(payloads(LATER), max_size=9))]
    events = []
    for n, payload in enumerate(said):
        target = draw(st.sampled_from(events)).id if events and draw(st.integers(0, 5)) == 0 else None
        events.append(event(n, payload, draw(st.integers(0, 6)), supersedes=target))
    for n in range(draw(st.integers(0, 2))):
        target = draw(st.sampled_from(events)).id
        correction = draw(st.booleans())
        payload = Correction(reason="Помилка") if correction else Resolution(events=(target,), reason="Так")
        events.append(event(50 + n, payload, 9, supersedes=target if correction else None))
    return events


def event(n, payload, day, supersedes=None):
    return Event(
        id=uuid7(1_700_000_000_000 + n),
        asset=ASSET,
        seq=n + 1,
        occurred_at=DAY + timedelta(days=day),
        recorded_at=DAY + timedelta(days=30, seconds=n),
        actor=ACTOR,
        payload=payload,
        supersedes=supersedes,
    )
