"""Lists of assets kept under a name, as JSON; ``GET /assets?view=`` reads one."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import saved_views
from asset_tracker.assets.saved_views import NewView, SavedView


@get("/views")
async def list_views(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[SavedView]:
    """One's own saved lists, and those shared within one's programmes, by name."""
    return await saved_views.list_views(conn, actor)


@get("/views/{view_id:uuid}")
async def get_view(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], view_id: FromPath[UUID]
) -> SavedView:
    """A saved list: its filters, columns and order."""
    return await saved_views.get_view(conn, actor, view_id)


@post("/views")
async def add_view(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewView]
) -> SavedView:
    """Keep a list under a name; with ``programme`` everybody who works in that has it too."""
    return await saved_views.save_view(conn, actor, data)


@put("/views/{view_id:uuid}")
async def change_view(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    view_id: FromPath[UUID],
    data: JSONBody[NewView],
) -> SavedView:
    """Change a saved list of one's own."""
    return await saved_views.save_view(conn, actor, data, view_id)


@delete("/views/{view_id:uuid}")
async def forget_view(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], view_id: FromPath[UUID]
) -> None:
    """Forget a saved list of one's own; its assets are as they were."""
    await saved_views.forget_view(conn, actor, view_id)


ROUTES = (list_views, get_view, add_view, change_view, forget_view)
