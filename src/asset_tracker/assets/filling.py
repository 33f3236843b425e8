"""Filling in the fields that an asset's category asks for: one event, which says what changed."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record
from asset_tracker.assets import attributes as pure
from asset_tracker.assets import service
from asset_tracker.assets.attributes import Attribute, Catalogue
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.state import State


def read_answers(
    asked: tuple[Attribute, ...], given: Mapping[str, str]
) -> tuple[dict[str, str], list[FieldError]]:
    """The values of a form's answers, and everything that is wrong with them; what is empty is left out.

    Each error names the field by its key; its message says what was expected.
    """
    values, errors = {}, []
    for each in asked:
        written = given.get(each.key, "").strip()
        if not written:
            if each.required:
                errors.append(FieldError(each.key, "Please fill this in."))
            continue
        try:
            values[each.key] = pure.read_value(each, written)
        except pure.Wrong as wrong:
            errors.append(FieldError(each.key, wrong.expected, wrong.params))
    return values, errors


async def fill(
    conn: AsyncConnection,
    actor: Actor,
    asset_id: UUID,
    state: State,
    known: Catalogue,
    given: Mapping[str, str],
    *,
    head: str | None = None,
) -> list[Receipt]:
    """Record what the answers change about the fields of an asset; nothing is recorded where nothing changes.

    A field that is not named stays as it is; an empty answer takes its value away. Raises InvalidError that names each field,
    ForbiddenError, and what ``service.record`` raises.
    """
    if not may_record(actor, "described"):
        raise ForbiddenError
    stands = state.attributes.get(pure.OWN_CATEGORY, "")
    own = given.get(pure.OWN_CATEGORY, stands)
    asked = tuple(each for each in known.asked(state.category, stands) if each.key in given)
    values, errors = read_answers(asked, given)
    if own and own != stands and (own not in known.own or known.own[own].base != state.category):
        errors.append(FieldError(pure.OWN_CATEGORY, "There is no such category."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    changed = {key: value for key, value in values.items() if state.attributes.get(key) != value}
    cleared = tuple(each.key for each in asked if each.key in state.attributes and each.key not in values)
    if own != stands:
        changed |= {pure.OWN_CATEGORY: own} if own else {}
        cleared += () if own else (pure.OWN_CATEGORY,)
    if not changed and not cleared:
        return []
    fact = ev.Described(attributes=changed, cleared=cleared)
    return await service.record(conn, actor, [asset_id], fact, heads={asset_id: head} if head else None)
