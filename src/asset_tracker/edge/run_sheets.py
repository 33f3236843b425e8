"""A run sheet as the API gives it and as a page shows it."""

from typing import Literal

from litestar import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest
from asset_tracker.field.run_sheet import Subject, run_sheet_pdf


async def answer(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    subject: Subject,
    shown: Literal["inline", "attachment"],
) -> Response[bytes]:
    """The PDF, to be shown or to be kept. Raises what ``run_sheet_pdf`` raises."""
    name, pdf = await run_sheet_pdf(conn, actor, subject, request.app.state.settings.base_url)
    headers = {"Content-Disposition": f'{shown}; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
