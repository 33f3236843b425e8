"""Lists as workbooks that come back: imported unchanged, they have nothing to do."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.i18n import Lang
from asset_tracker.imports import lists
from asset_tracker.imports.lists import ListName
from asset_tracker.imports.workbook import XLSX


@get("/lists/{name:str}", media_type=XLSX, opt=FROM_REPLICA)
async def list_workbook(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    name: FromPath[ListName],
    municipality: FromQuery[str | None] = None,
    campaign: FromQuery[UUID | None] = None,
    programme: FromQuery[UUID | None] = None,
    rule: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A list in reach as .xlsx; ``municipality``, ``campaign``, ``programme`` and ``rule`` narrow those that have one."""
    wanted = lists.Wanted(municipality=municipality, campaign=campaign, programme=programme, rule=rule)
    data = await lists.workbook(conn, actor, name, wanted, lang)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)


ROUTES = (list_workbook,)
