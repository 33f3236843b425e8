"""Labels: chosen, looked at, printed, and printed again."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.consignments.queries import get_consignment, list_consignments
from asset_tracker.edge.references import consignment_id
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError, InvalidError, NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.labels import order, own, service
from asset_tracker.labels.order import Order, Preview, preview_order, print_order
from asset_tracker.labels.own import Preset
from asset_tracker.labels.service import Job
from asset_tracker.labels.stock import Stock
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.territory.queries import find_service_point
from asset_tracker.web import label_forms
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import municipality, named
from asset_tracker.web.label_forms import LabelForm, checked_name, filled, read_order, read_paper
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.towns import town_named

PRINTS_SHOWN = 20
CONSIGNMENTS_OFFERED = 100  # the newest; a consignment's own page leads to its labels
PRINTER_FIELDS = frozenset({"offset_x", "offset_y", "scale_x", "scale_y", "dpi", "preset_name"})


@get("/labels")
async def show_labels(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "label.print")
    form = msgspec.convert({"lang": lang_of(request), **request.query_params}, LabelForm)
    preset = next((each for each in await own.list_presets(conn) if each.name == form.preset), None)
    if preset is not None:
        form = filled(form, preset.paper)
    return await _page(request, conn, actor, form, {})


@post("/labels", status_code=200)
async def print_labels(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[LabelForm],
) -> Response[bytes]:
    try:
        wanted, consignment = await _order(conn, actor, data)
        job = await print_order(conn, actor, wanted, consignment, request.app.state.settings.base_url)
    except InvalidError as wrong:
        raise Instead(await _page(request, conn, actor, data, _texts(request, wrong, data))) from wrong
    return await _file(job)


@post("/labels/prints/{print_id:uuid}/again", status_code=200)
async def print_again(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    print_id: FromPath[UUID],
) -> Response[bytes]:
    base_url = request.app.state.settings.base_url
    return await _file(await order.print_again(conn, actor, print_id, base_url))


@post("/labels/presets", status_code=303)
async def save_preset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[LabelForm],
) -> Redirect:
    try:
        preset = Preset(name=checked_name(data.preset_name, "preset_name"), paper=read_paper(data))
        await own.save_preset(conn, actor, preset, request.app.state.settings.base_url)
    except InvalidError as wrong:
        raise Instead(await _page(request, conn, actor, data, _texts(request, wrong, data))) from wrong
    kept = {name: value for name in ("what", data.chosen) if (value := getattr(data, name))}
    return see_other(
        request,
        "/labels?" + urlencode({**kept, "preset": preset.name}),
        Flash("good", "The preset was saved."),
    )


@post("/labels/presets/forget", status_code=303)
async def forget_preset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[LabelForm],
) -> Redirect:
    await own.delete_preset(conn, actor, data.preset)
    return see_other(request, "/labels", Flash("good", "The preset was deleted."))


async def _order(conn: AsyncConnection, actor: Actor, form: LabelForm) -> tuple[Order, UUID | None]:
    code = await _named(conn, form.chosen, getattr(form, form.chosen).strip())
    wanted = read_order(form, code)
    return wanted, await consignment_id(conn, actor, wanted.consignment, wanted.programme)


async def _named(conn: AsyncConnection, what: str, wanted: str) -> str | None:
    """The code of the municipality that was named or coded; a place may be a service point by its id."""
    if what not in ("municipality", "places") or not wanted:
        return None
    if what == "places":
        with suppress(ValueError):
            return str(UUID(wanted))
    return await town_named(conn, wanted, what)


async def _place(conn: AsyncConnection, lang: Lang, form: LabelForm) -> str | None:
    """What the service point is called that a link led here with."""
    with suppress(ValueError):
        point = await find_service_point(conn, UUID(form.places.strip()))
        return point.name(lang) if point else None
    return None


async def _file(job: Job) -> Response[bytes]:
    body = await anyio.to_thread.run_sync(lambda: b"".join(service.render(job)))
    headers = {
        "Content-Disposition": f'attachment; filename="{service.file_name(job)}"',
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=service.MEDIA_TYPES[job.output], headers=headers)


async def _page(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, form: LabelForm, errors: dict[str, str]
) -> Response[str]:
    lang = lang_of(request)
    preview: Preview | None = None
    if not errors and not form.is_empty:
        try:
            wanted, consignment = await _order(conn, actor, form)
            base_url = request.app.state.settings.base_url
            preview = await preview_order(conn, actor, wanted, consignment, base_url)
        except (InvalidError, NotFoundError) as wrong:
            errors = _texts(request, wrong, form)
    return page(
        request,
        "labels/print.html",
        section="labels",
        block="preview",
        status=422 if errors and request.method == "POST" else 200,
        form=form,
        errors=errors,
        printer_open=not PRINTER_FIELDS.isdisjoint(errors),
        preview=preview,
        # Our own drawing, of numbers and glyph outlines only: nothing in it was typed by anybody.
        svg=Markup(preview.svg) if preview else None,  # noqa: S704 - see above
        prints=await service.list_prints(conn, actor, limit=PRINTS_SHOWN),
        presets=[preset.name for preset in await own.list_presets(conn)],
        **await _answers(conn, actor, lang, form),
    )


async def _answers(conn: AsyncConnection, actor: Actor, lang: Lang, form: LabelForm) -> dict[str, Any]:
    """What may be chosen in the form's fields."""
    newest = list((await list_consignments(conn, actor, limit=CONSIGNMENTS_OFFERED)).items)
    if form.consignment and form.consignment not in {str(c.id) for c in newest}:
        with suppress(NotFoundError, ValueError):  # an older one, that a link led here with
            newest.append(await get_consignment(conn, actor, UUID(form.consignment)))
    programmes = await list_programmes(conn, actor)
    stock = await own.list_stock(conn)
    return {
        "consignments": [
            (str(c.id), f"{c.number} · {municipality(lang, c.municipality_uk, c.municipality_en)}")
            for c in newest
        ],
        "programmes": [(str(p.id), f"{p.code} {named(lang, p)}") for p in programmes],
        "stock": [(s.name, _stock_text(lang, s)) for s in stock],
        "place": await _place(conn, lang, form),
        "whats": [(key, gettext(lang, text)) for key, text in label_forms.WHATS],
        "outputs": [(key, gettext(lang, text)) for key, text in label_forms.OUTPUTS],
        "lines": [(key, gettext(lang, text)) for key, text in label_forms.LINES],
        "dpis": label_forms.DPIS,
    }


def _stock_text(lang: Lang, stock: Stock) -> str:
    size = f"{stock.width:g} × {stock.height:g}"
    if lang == "uk":
        size = size.replace(".", ",")
    if stock.kind == "roll":
        return gettext(lang, "%(title)s, roll, %(size)s mm", title=stock.title, size=size)
    return gettext(
        lang, "%(title)s, %(cells)s a sheet, %(size)s mm", title=stock.title, cells=stock.cells, size=size
    )


def _texts(request: AnyRequest, wrong: AssetTrackerError, form: LabelForm) -> dict[str, str]:
    lang = lang_of(request)
    if not isinstance(wrong, InvalidError) or not wrong.errors:
        return {form.chosen: gettext(lang, wrong.message, **wrong.params)}
    by_tag = [each for each in wrong.errors if each.field.startswith("tags[")]
    if not by_tag:
        return error_texts(lang, wrong.errors, {"tags": form.chosen})
    typed = form.tags.replace(",", " ").replace(";", " ").split()
    lines = [
        f"{typed[int(each.field[5:-1])]}: {gettext(lang, each.message, **each.params)}"
        for each in by_tag[:20]
    ]
    return {"tags": " ".join(lines)}


ROUTES = (show_labels, print_labels, print_again, save_preset, forget_preset)
