"""Lists to take along as workbooks that come back."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.imports import lists
from asset_tracker.imports.workbook import XLSX
from asset_tracker.web.forms import read_id


@get("/lists/{name:str}", opt=FROM_REPLICA)
async def list_workbook(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    name: FromPath[str],
    municipality: FromQuery[str] = "",
    campaign: FromQuery[str] = "",
    programme: FromQuery[str] = "",
    rule: FromQuery[str] = "",
) -> Response[bytes]:
    """``/lists/parties.xlsx`` and the like."""
    wanted = lists.Wanted(
        municipality=municipality or None,
        campaign=_id(campaign, "campaign"),
        programme=_id(programme, "programme"),
        rule=rule or None,
    )
    data = await lists.workbook(conn, actor, name.removesuffix(".xlsx"), wanted, lang_of(request))
    headers = {"Content-Disposition": f'attachment; filename="{name.removesuffix(".xlsx")}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)


def _id(text: str, field: str) -> UUID | None:
    return read_id(text, field) if text else None


ROUTES = (list_workbook,)
