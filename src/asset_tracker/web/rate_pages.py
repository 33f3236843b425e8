"""Rates of exchange: those that are recorded, and a place to paste more."""

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes import rates
from asset_tracker.programmes.rates import NewRate
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other

_SHOWN = 300


class RatesForm(msgspec.Struct, frozen=True):
    """Lines as pasted, and who published them."""

    lines: str = ""
    source: str = ""


@get("/rates")
async def list_rates(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _page(request, conn, actor, RatesForm(), [])


@post("/rates", status_code=303)
async def add_rates(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[RatesForm],
) -> Redirect:
    require(actor, "programme.manage")
    try:
        count = await rates.add_rates(conn, actor, _read(data))
    except InvalidError as wrong:
        texts = _texts(request, wrong)
        raise Instead(await _page(request, conn, actor, data, texts)) from wrong
    said = Flash("good", "Rates recorded: %(n)s.", {"n": str(count)})
    return see_other(request, "/rates", said)


def _read(data: RatesForm) -> list[NewRate]:
    """A rate from each line: currency, day and hryvnias for one, between blanks, tabs or semicolons."""
    found: list[NewRate] = []
    errors: list[FieldError] = []
    lines = [line for line in data.lines.splitlines() if line.strip()]
    source = data.source.strip()
    if not 1 <= len(source) <= 200:
        errors.append(FieldError("source", "Say who published the rates."))
    for place, line in enumerate(lines[: rates.MOST_AT_ONCE + 1], 1):
        try:
            currency, day, amount = line.replace(";", " ").split()
            uah = Decimal(amount.replace(",", "."))
            found.append(
                msgspec.convert(
                    {"currency": currency.upper(), "day": _day(day), "uah": uah, "source": source or "?"},
                    NewRate,
                )
            )
        except (ValueError, InvalidOperation):
            errors.append(
                FieldError(
                    "lines",
                    "Line %(line)s is not a currency, a day and a rate: %(text)s",
                    {"line": place, "text": line.strip()[:60]},
                )
            )
    if errors:
        raise InvalidError(errors=tuple(errors))
    return found


def _day(text: str) -> str:
    """``14.11.2024`` as ``2024-11-14``; anything else as it is."""
    parts = text.split(".")
    return "-".join(reversed(parts)) if len(parts) == len(("day", "month", "year")) else text


def _shown(lang: Lang, value: Decimal) -> str:
    """With four decimals at least, as rates are published, so that they stand under each other."""
    exponent = value.as_tuple().exponent
    return formats.number(lang, value, max(4, -exponent if isinstance(exponent, int) else 0))


def _texts(request: AnyRequest, wrong: InvalidError) -> list[tuple[str, str]]:
    """Every mistake with its field of the form; one of a rate tells its line."""
    lang = lang_of(request)
    told = []
    for error in wrong.errors:
        text = gettext(lang, error.message, **error.params)
        place = error.field.partition("[")[2].partition("]")[0]
        if place:
            text = gettext(lang, "Line %(line)s: %(text)s", line=place, text=text)
        told.append(("source" if error.field == "source" else "lines", text))
    return told


async def _page(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, data: RatesForm, wrong: list[tuple[str, str]]
) -> Response[str]:
    found = await rates.list_rates(conn, actor)
    context: dict[str, Any] = {
        "rates": found[:_SHOWN],
        "count": len(found),
        "said": partial(_shown, lang_of(request)),
        "values": data,
        "wrong": wrong,
        "may_add": may(actor, "programme.manage"),
    }
    return page(request, "reports/rates.html", section="reports", status=422 if wrong else 200, **context)


ROUTES = (list_rates, add_rates)
