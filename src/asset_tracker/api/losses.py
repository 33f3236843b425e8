"""Loss cases as JSON."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import guided, losses
from asset_tracker.assets.guidance.words import StepView
from asset_tracker.assets.losses import CaseFacts, CasePage, CaseStatus, CaseView, Closing
from asset_tracker.i18n import Lang
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.values import Text

Limit = Annotated[int, QueryParameter(ge=1, le=losses.MAX_PAGE)]


class NewNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found out."""

    text: Text


class GuidedCase(CaseView, frozen=True):
    """A case, and the steps to its end with what the rules of donors ask for in each."""

    steps: tuple[StepView, ...] = ()


@get("/losses")
async def list_cases(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[CaseStatus | None] = None,
    after: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> CasePage:
    """A page of the loss cases in reach, latest first."""
    return await losses.list_cases(conn, actor, status=status, after=after, limit=limit)


@get("/losses/{case_id:uuid}")
async def get_case(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    case_id: FromPath[UUID],
) -> GuidedCase:
    """One case: its assets, what happened to each, the notes, what comes next."""
    return await _guided(conn, actor, lang, case_id)


@put("/losses/{case_id:uuid}")
async def tell(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    case_id: FromPath[UUID],
    data: JSONBody[CaseFacts],
) -> GuidedCase:
    """Keep the number of the police report and when the donor was informed."""
    await losses.tell(conn, actor, case_id, data)
    return await _guided(conn, actor, lang, case_id)


@post("/losses/{case_id:uuid}/notes")
async def add_note(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    case_id: FromPath[UUID],
    data: JSONBody[NewNote],
) -> GuidedCase:
    """Write down what was found out."""
    await losses.add_note(conn, actor, case_id, data.text)
    return await _guided(conn, actor, lang, case_id)


@post("/losses/{case_id:uuid}/close", status_code=200)
async def close(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    data: JSONBody[Closing],
) -> list[Receipt]:
    """Close the case for all its assets, as one operation."""
    return await losses.close(conn, actor, case_id, data)


async def _guided(conn: AsyncConnection, actor: Actor, lang: Lang, case_id: UUID) -> GuidedCase:
    it = await losses.get_case(conn, actor, case_id)
    return GuidedCase(it.row, it.assets, it.notes, await guided.case_steps(conn, actor, lang, it))


ROUTES = (list_cases, get_case, tell, add_note, close)
