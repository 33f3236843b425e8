"""Label stock of one's own: a form that draws it; and the page that tells how a printer shifts."""

from typing import Any, Final

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
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.labels import own
from asset_tracker.labels.pdf import render_alignment_pdf
from asset_tracker.labels.sheet import PrintOptions, alignment_page
from asset_tracker.labels.stock import A4, LETTER, STOCK, Stock, check_stock
from asset_tracker.labels.svg import page_svg
from asset_tracker.web.chrome import Flash
from asset_tracker.web.label_forms import LabelForm, checked_name, read_paper
from asset_tracker.web.pages import Instead, error_texts, page, see_other

_LENGTHS: Final = (
    "page_width", "page_height", "width", "height", "left", "top", "pitch_x", "pitch_y", "margin_x", "margin_y",
)  # fmt: skip
_COUNTS: Final = ("columns", "rows")


class StockForm(msgspec.Struct, frozen=True):
    """A stock as typed."""

    title: str = ""
    kind: str = "sheet"
    page_width: str = f"{A4[0]:g}"
    page_height: str = f"{A4[1]:g}"
    width: str = "63.5"
    height: str = "38.1"
    columns: str = "3"
    rows: str = "7"
    left: str = "7.5"
    top: str = "15.5"
    pitch_x: str = "66"
    pitch_y: str = "38.1"
    margin_x: str = "1.5"
    margin_y: str = "1.5"


@get("/labels/stock")
async def show_stock(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "label.print")
    form = msgspec.convert(dict(request.query_params), StockForm)
    return await _page(request, conn, form, {})


@post("/labels/stock", status_code=303)
async def save_stock(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[StockForm],
) -> Redirect:
    try:
        saved = await own.save_stock(conn, actor, _read(data))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors, {"name": "title"})
        raise Instead(await _page(request, conn, data, texts)) from wrong
    except ConflictError as taken:
        texts = {"title": gettext(lang_of(request), taken.message, **taken.params)}
        raise Instead(await _page(request, conn, data, texts)) from taken
    message = Flash("good", "The stock “%(name)s” was saved.", {"name": saved.title})
    return see_other(request, "/labels/stock", message)


@post("/labels/stock/{name:str}/delete", status_code=303)
async def delete_stock(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    name: FromPath[str],
) -> Redirect:
    await own.delete_stock(conn, actor, name)
    return see_other(request, "/labels/stock", Flash("good", "The stock was deleted."))


@get("/labels/alignment.pdf")
async def alignment(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The test page of a stock, with the shift that is in the form."""
    require(actor, "label.print")
    paper = read_paper(msgspec.convert(dict(request.query_params), LabelForm))
    stock = await own.get_stock(conn, paper.stock)
    options = paper.options(request.app.state.settings.base_url)
    pieces = render_alignment_pdf(stock, options, _advice(lang_of(request), stock))
    body = await anyio.to_thread.run_sync(lambda: b"".join(pieces))
    headers = {"Content-Disposition": 'inline; filename="alignment.pdf"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/pdf", headers=headers)


def _advice(lang: Lang, stock: Stock) -> tuple[str, ...]:
    return (
        stock.title,
        gettext(lang, "Print at 100 %, without fitting."),
        gettext(lang, "The long ticks are 10 mm apart."),
    )


def _read(form: StockForm) -> Stock:
    """The stock of the form. Raises InvalidError with everything that cannot be read or does not fit."""
    values: dict[str, Any] = {"kind": "roll" if form.kind == "roll" else "sheet"}
    errors = []
    for name in (*_LENGTHS, *_COUNTS):
        typed = getattr(form, name).strip().replace(",", ".")
        try:
            values[name] = int(typed) if name in _COUNTS else float(typed)
        except ValueError:
            message = "A whole number." if name in _COUNTS else "A length in mm, such as 38,1."
            errors.append(FieldError(name, message))
    try:
        title = checked_name(form.title, "title")
    except InvalidError as wrong:
        errors += wrong.errors
    if errors:
        raise InvalidError(errors=tuple(errors))
    return Stock(name=title.upper(), title=title, **values)


async def _page(
    request: AnyRequest, conn: AsyncConnection, form: StockForm, errors: dict[str, str]
) -> Response[str]:
    lang = lang_of(request)
    drawn, wrong = _drawing(lang, form)
    known = await own.list_stock(conn)
    return page(
        request,
        "labels/stock.html",
        section="labels",
        block="drawing",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        svg=drawn,
        wrong=wrong,
        own=[stock for stock in known if stock.name not in STOCK],
        built_in=list(STOCK.values()),
        papers=(("A4", *A4), ("Letter", *LETTER)),
    )


def _drawing(lang: Lang, form: StockForm) -> tuple[Markup | None, dict[str, str]]:
    """The sheet as it would be cut, or what does not fit."""
    try:
        stock = _read(msgspec.structs.replace(form, title=form.title.strip() or "—"))
        check_stock(stock)
    except InvalidError as error:
        return None, error_texts(lang, error.errors)
    svg = page_svg(alignment_page(stock, PrintOptions(base_url="https://localhost"), ()), stock).svg
    return Markup(svg), {}  # noqa: S704 - drawn by us, of numbers only


ROUTES = (show_stock, save_stock, delete_stock, alignment)
