"""The access record: who was shown personal data and why, and what was done to the ways in."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.i18n import gettext
from asset_tracker.web.access_words import ACT_WORDS
from asset_tracker.web.pages import page
from asset_tracker.web.record_subjects import in_words

_PAGE = 50


@get("/records")
async def list_records(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Response[str]:
    chosen = next((each for each in records.ACTS if each == act), None)
    # An id past what the column holds comes before none.
    known = before if before is not None and 0 < before < 2**63 else None
    rows = await records.list_records(conn, actor, act=chosen, before=known, limit=_PAGE + 1)
    return page(
        request,
        "people/records.html",
        section="records",
        rows=await in_words(conn, actor, lang_of(request), rows[:_PAGE]),
        next=rows[_PAGE - 1].id if len(rows) > _PAGE else None,
        act=chosen or "",
        acts=[("", gettext(lang_of(request), "Everything"))]
        + [(each, gettext(lang_of(request), ACT_WORDS[each])) for each in records.ACTS],
        words=ACT_WORDS,
        may_open=actor.has("administrator"),
        first=before is not None,
    )


ROUTES = (list_records,)
