"""Consignments and acts as JSON, and the act as PDF."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.consignments import acts, queries, service, signing
from asset_tracker.consignments.acts import ActView
from asset_tracker.consignments.discrepancies import Discrepancy, list_discrepancies
from asset_tracker.consignments.driver import driver_sheet_pdf
from asset_tracker.consignments.queries import ConsignmentPage, ConsignmentView
from asset_tracker.consignments.service import Customs, Dispatch, NewConsignment
from asset_tracker.consignments.signing import Side
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.values import Sha256

Limit = Annotated[int, QueryParameter(ge=1, le=queries.MAX_PAGE)]


class NewAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day on the act; today in Kyiv when it is left out."""

    drawn_on: date | None = None


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the act was signed, and the stored scan of the signed paper."""

    signed_on: date
    scan: Sha256


@get("/consignments", opt=FROM_REPLICA)
async def list_consignments(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    status: FromQuery[str | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> ConsignmentPage:
    """A page of the consignments in reach, newest first."""
    return await queries.list_consignments(
        conn,
        actor,
        programme_id=programme,
        municipality_code=municipality,
        status=status,
        after=after,
        limit=limit,
    )


@post("/consignments")
async def add_consignment(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewConsignment]
) -> ConsignmentView:
    """A new consignment."""
    return await queries.get_consignment(conn, actor, await service.add_consignment(conn, actor, data))


@get("/consignments/{consignment_id:uuid}")
async def get_consignment(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], consignment_id: FromPath[UUID]
) -> ConsignmentView:
    """One consignment."""
    return await queries.get_consignment(conn, actor, consignment_id)


@post("/consignments/{consignment_id:uuid}/dispatch", status_code=200)
async def dispatch(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
    data: JSONBody[Dispatch],
) -> list[Receipt]:
    """Send everything on it that has not left yet."""
    return await service.dispatch(conn, actor, consignment_id, data)


@put("/consignments/{consignment_id:uuid}/customs")
async def record_customs(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
    data: JSONBody[Customs],
) -> ConsignmentView:
    """Of humanitarian aid: its code, its declaration, when it was cleared and reported."""
    await service.record_customs(conn, actor, consignment_id, data)
    return await queries.get_consignment(conn, actor, consignment_id)


@get("/consignments/{consignment_id:uuid}/acts")
async def list_acts(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], consignment_id: FromPath[UUID]
) -> list[ActView]:
    """The acts of a consignment."""
    await queries.get_consignment(conn, actor, consignment_id)
    return await acts.list_acts(conn, actor, consignment_id)


@post("/consignments/{consignment_id:uuid}/acts")
async def issue_act(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    consignment_id: FromPath[UUID],
    data: JSONBody[NewAct],
) -> ActView:
    """Draw up, number and freeze the act for what no act covers yet."""
    base_url = state.settings.base_url
    return await acts.issue_act(conn, actor, consignment_id, base_url=base_url, drawn_on=data.drawn_on)


@get("/acts/{act_id:uuid}")
async def get_act(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], act_id: FromPath[UUID]
) -> ActView:
    """One act."""
    return await acts.get_act(conn, actor, act_id)


@get("/acts/{act_id:uuid}/pdf", media_type="application/pdf")
async def get_act_pdf(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], act_id: FromPath[UUID]
) -> Response[bytes]:
    """The act as it was printed."""
    number, pdf = await acts.act_pdf(conn, actor, act_id)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@post("/acts/{act_id:uuid}/signature", status_code=200)
async def sign_act(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: JSONBody[Signature],
) -> ActView:
    """Attach the signed scan: the assets are accepted, title passes as the programme says."""
    return await acts.sign_act(conn, actor, act_id, signed_on=data.signed_on, scan=data.scan)


class SideSigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which side has signed the paper, and when."""

    by: Side
    signed_on: date


class Void(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an act was drawn up in vain."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


@post("/acts/{act_id:uuid}/signatures", status_code=200)
async def record_signature(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: JSONBody[SideSigned],
) -> ActView:
    """Keep that a side has signed, or both; the assets are accepted when the scan is attached."""
    return await signing.record_signature(conn, actor, act_id, by=data.by, signed_on=data.signed_on)


@post("/acts/{act_id:uuid}/void", status_code=200)
async def void_act(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: JSONBody[Void],
) -> ActView:
    """The act was drawn up in vain; its number stays taken."""
    return await signing.void_act(conn, actor, act_id, data.reason)


@get("/consignments/{consignment_id:uuid}/discrepancies")
async def discrepancies(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], consignment_id: FromPath[UUID]
) -> list[Discrepancy]:
    """The lines of which something else came than was listed: short, over, damaged, wrong serial, refused."""
    return await list_discrepancies(conn, actor, consignment_id)


@get("/run-sheet/driver.pdf", media_type="application/pdf")
async def driver_sheet(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment: FromQuery[Annotated[list[UUID], Meta(max_length=50)] | None] = None,
) -> Response[bytes]:
    """One paper for a driver: the consignments (repeat the parameter) in the order of the stops."""
    now, base = datetime.now(UTC), request.app.state.settings.base_url
    pdf = await driver_sheet_pdf(conn, actor, consignment or (), base_url=base, now=now)
    headers = {"Content-Disposition": 'attachment; filename="run-sheet-driver.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


ROUTES = (
    record_signature,
    void_act,
    discrepancies,
    list_consignments,
    add_consignment,
    get_consignment,
    dispatch,
    record_customs,
    list_acts,
    issue_act,
    get_act,
    get_act_pdf,
    sign_act,
    driver_sheet,
)
