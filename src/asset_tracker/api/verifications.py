"""Verification campaigns as JSON, and their certificate as PDF."""

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
from asset_tracker.assets.guidance.words import StepView
from asset_tracker.i18n import Lang
from asset_tracker.verifications import aftermath, certificate, guided, queries, service
from asset_tracker.verifications.aftermath import MissingLost, Opened, SignedCertificate
from asset_tracker.verifications.count import Status
from asset_tracker.verifications.queries import CampaignPage, CampaignView, Results
from asset_tracker.verifications.service import MAX_SCANS, NewCampaign, Scan, Scanned

Limit = Annotated[int, QueryParameter(ge=1, le=queries.MAX_PAGE)]


class Scans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """1 to 200 codes as they were read, in their order."""

    scans: Annotated[tuple[Scan, ...], Meta(min_length=1, max_length=MAX_SCANS)]


class GuidedResults(Results, frozen=True):
    """What a campaign came to so far, and the steps to its end with what the rules of donors ask for in each."""

    steps: tuple[StepView, ...] = ()


@get("/verifications")
async def list_campaigns(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[Status | None] = None,
    municipality: FromQuery[str | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> CampaignPage:
    """A page of the verification campaigns in reach, newest first."""
    return await queries.list_campaigns(
        conn, actor, status=status, municipality_code=municipality, after=after, limit=limit
    )


@post("/verifications")
async def start(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewCampaign]
) -> CampaignView:
    """Start a campaign: what it expects is frozen now."""
    return await queries.get_campaign(conn, actor, await service.start(conn, actor, data))


@get("/verifications/{campaign_id:uuid}")
async def get_campaign(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], campaign_id: FromPath[UUID]
) -> CampaignView:
    """One campaign."""
    return await queries.get_campaign(conn, actor, campaign_id)


@get("/verifications/{campaign_id:uuid}/results")
async def get_results(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    campaign_id: FromPath[UUID],
) -> GuidedResults:
    """Every asset expected or seen and what came of it, the unknown codes, the numbers, and what comes next."""
    it = await queries.get_campaign(conn, actor, campaign_id)
    found = await queries.results(conn, actor, campaign_id)
    missing = await aftermath.missing_of(conn, it, found)
    steps = await guided.campaign_steps(conn, actor, lang, it, found, missing)
    return GuidedResults(found.tally, found.assets, found.unknown, steps)


@post("/verifications/{campaign_id:uuid}/scans", status_code=200)
async def scan(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    data: JSONBody[Scans],
) -> list[Scanned]:
    """Record scans; answers one outcome each, in their order. Sending a scan again is safe."""
    return await service.scan(conn, actor, campaign_id, data.scans)


@post("/verifications/{campaign_id:uuid}/end", status_code=200)
async def end(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], campaign_id: FromPath[UUID]
) -> CampaignView:
    """End the count and freeze its certificate."""
    return await certificate.end(conn, actor, campaign_id)


@post("/verifications/{campaign_id:uuid}/cancel", status_code=200)
async def cancel(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], campaign_id: FromPath[UUID]
) -> CampaignView:
    """Give the campaign up; what was scanned stays recorded."""
    await service.cancel(conn, actor, campaign_id)
    return await queries.get_campaign(conn, actor, campaign_id)


@get("/verifications/{campaign_id:uuid}/certificate.pdf", media_type="application/pdf")
async def get_certificate(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], campaign_id: FromPath[UUID]
) -> Response[bytes]:
    """The certificate as it was frozen."""
    number, pdf = await certificate.certificate_pdf(conn, actor, campaign_id)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@put("/verifications/{campaign_id:uuid}/signed")
async def file_signed(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    data: JSONBody[SignedCertificate],
) -> CampaignView:
    """Attach the scan of the signed certificate, stored before with `POST /scans`."""
    return await aftermath.file_signed(conn, actor, campaign_id, data)


@get("/verifications/{campaign_id:uuid}/signed")
async def get_signed(
    state: State,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
) -> Response[bytes]:
    """The scan of the signed certificate."""
    found, data = await aftermath.read_signed(conn, state.storage, actor, campaign_id)
    return Response(data, headers=found.headers(), media_type=found.media_type)


@post("/verifications/{campaign_id:uuid}/losses")
async def record_missing(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    data: JSONBody[MissingLost],
) -> Opened:
    """Record what is missing and not explained as lost, in one loss case, as one operation."""
    return await aftermath.record_missing(conn, actor, campaign_id, data)


ROUTES = (
    list_campaigns,
    start,
    get_campaign,
    get_results,
    scan,
    end,
    cancel,
    get_certificate,
    file_signed,
    get_signed,
    record_missing,
)
