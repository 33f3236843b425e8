"""The page edge: server-rendered pages, our own stylesheet and script."""

from litestar import Router

from asset_tracker.web import (
    asset_pages,
    consignment_pages,
    desk_pages,
    device_pages,
    due_pages,
    field_pages,
    import_pages,
    label_pages,
    label_stock_pages,
    loss_pages,
    mending_pages,
    municipality_pages,
    people_pages,
    plan_pages,
    point_pages,
    programme_pages,
    quarantine_pages,
    record_pages,
    report_pages,
    session_pages,
    settings_pages,
    static_files,
    tagging_pages,
    verification_pages,
)
from asset_tracker.web.pages import Instead, answer_instead

_pages = Router(
    path="/",
    route_handlers=[
        *session_pages.ROUTES,
        *desk_pages.ROUTES,
        *device_pages.ROUTES,
        *due_pages.ROUTES,
        *field_pages.ROUTES,
        *asset_pages.ROUTES,
        *loss_pages.ROUTES,
        *mending_pages.ROUTES,
        *plan_pages.ROUTES,
        *point_pages.ROUTES,
        *record_pages.ROUTES,
        *verification_pages.ROUTES,
        *consignment_pages.ROUTES,
        *import_pages.ROUTES,
        *municipality_pages.ROUTES,
        *programme_pages.ROUTES,
        *settings_pages.ROUTES,
        *label_pages.ROUTES,
        *label_stock_pages.ROUTES,
        *tagging_pages.ROUTES,
        *people_pages.ROUTES,
        *quarantine_pages.ROUTES,
        *report_pages.ROUTES,
    ],
    exception_handlers={Instead: answer_instead},
    include_in_schema=False,
)
ROUTES = (_pages, *static_files.ROUTES)
