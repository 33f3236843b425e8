"""The JSON edge."""

from litestar.openapi.plugins import SwaggerRenderPlugin

from asset_tracker.api import (
    assets,
    bulk,
    centres,
    checkpoints,
    consignments,
    devices,
    due,
    events,
    field,
    field_me,
    fields,
    files,
    glass,
    imports,
    labels,
    lists,
    losses,
    maps,
    mending,
    municipalities,
    notices,
    operation,
    orders,
    photos,
    plans,
    programmes,
    reports,
    tags,
    tokens,
    verifications,
    views,
)
from asset_tracker.api.described import with_problems

DESCRIPTION = "Custody of donated equipment. Errors are RFC 9457 problems; events are appended, never edited."
DOCS = [
    SwaggerRenderPlugin(
        js_url="/static/vendor/swagger-ui-dist/swagger-ui-bundle.js",
        css_url="/static/vendor/swagger-ui-dist/swagger-ui.css",
        standalone_preset_js_url="/static/vendor/swagger-ui-dist/swagger-ui-standalone-preset.js",
        favicon="<link rel='icon' href='/static/icon.svg'>",
    )
]
_v1 = with_problems(
    [
        *assets.ROUTES,
        *bulk.ROUTES,
        *centres.ROUTES,
        *checkpoints.ROUTES,
        *consignments.ROUTES,
        *devices.ROUTES,
        *due.ROUTES,
        *events.ROUTES,
        *field.ROUTES,
        *field_me.ROUTES,
        *fields.ROUTES,
        *files.ROUTES,
        *glass.ROUTES,
        *imports.ROUTES,
        *lists.ROUTES,
        *labels.ROUTES,
        *losses.ROUTES,
        *maps.ROUTES,
        *mending.ROUTES,
        *municipalities.ROUTES,
        *notices.ROUTES,
        *orders.ROUTES,
        *photos.ROUTES,
        *plans.ROUTES,
        *programmes.ROUTES,
        *reports.ROUTES,
        *tags.ROUTES,
        *tokens.ROUTES,
        *verifications.ROUTES,
        *views.ROUTES,
    ]
)
for each in _v1:
    # Not by a router, which would copy all of them, and what they say of themselves, at each start.
    each.paths = {f"/api/v1{path}" for path in each.paths}
ROUTES = (*_v1, *operation.ROUTES)
