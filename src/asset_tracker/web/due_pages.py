"""What is due or overdue, by whose rule; and the rules of a programme."""

from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DUE_KINDS, DueFilter
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.programmes import rules
from asset_tracker.programmes.policies import FIELDS, KINDS, PRESETS, Reach, Rule, RuleKind
from asset_tracker.programmes.queries import get_programme, list_programmes
from asset_tracker.programmes.rules import RuleView
from asset_tracker.web import dues, formats
from asset_tracker.web.bulk_order_pages import ticked_as
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id, read_money, read_number
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import DUES, word

_PAGE = 50
# Rules that ask one number and nothing else can be typed; the others come from a preset or the API.
_TYPED: tuple[RuleKind, ...] = tuple(kind for kind, each in KINDS.items() if each.needs == {"number"})


class RuleForm(msgspec.Struct, frozen=True):
    """A rule as typed."""

    rule: str = ""
    number: str = ""
    source: str = ""
    amount: str = ""
    currency: str = "EUR"


class PresetForm(msgspec.Struct, frozen=True):
    """Which preset to add."""

    preset: str = ""


@get("/due")
async def list_due(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    rule: FromQuery[str] = "",
    programme: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    lang = lang_of(request)
    chosen = read_id(programme, "programme")
    kind = next((each for each in DUE_KINDS if each == rule), None)
    wanted = DueFilter(rule=kind, programme=chosen)
    found = await due.list_due(conn, actor, wanted, after=after or None, limit=_PAGE)
    own = await get_catalogue(conn)
    kept = {name: value for name, value in (("rule", kind or ""), ("programme", programme)) if value}
    return page(
        request,
        "due/list.html",
        section="due",
        block="results",
        items=[dues.shown(lang, item, own) for item in found.items],
        ticked_as=ticked_as if may(actor, "plan.manage") else None,
        counts=await due.count_due(conn, actor, DueFilter(programme=chosen)),
        filters=kept,
        kinds=[(key, gettext(lang, each.text)) for key, each in DUES.items()],
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        next_href="/due?" + urlencode({**kept, "after": found.next}) if found.next else None,
        first_href="/due?" + urlencode(kept) if after else None,
    )


@get("/programmes/{programme_id:uuid}/rules")
async def list_rules(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Response[str]:
    return await _rules(request, conn, actor, programme_id)


@post("/programmes/{programme_id:uuid}/rules", status_code=303)
async def add_rule(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    data: URLEncodedBody[RuleForm],
) -> Redirect:
    try:
        await rules.add_rule(conn, actor, _typed(data), Reach(programme=programme_id))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _rules(request, conn, actor, programme_id, data, texts)) from wrong
    return _kept(request, programme_id, "The rule applies from now on.")


@post("/programmes/{programme_id:uuid}/rules/preset", status_code=303)
async def add_preset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    data: URLEncodedBody[PresetForm],
) -> Redirect:
    await rules.apply_preset(conn, actor, data.preset, Reach(programme=programme_id))
    return _kept(request, programme_id, "The rules apply from now on.")


@post("/programmes/{programme_id:uuid}/rules/{rule_id:uuid}/end", status_code=303)
async def end_rule(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    rule_id: FromPath[UUID],
) -> Redirect:
    await rules.end_rule(conn, actor, rule_id)
    return _kept(request, programme_id, "The rule no longer applies.")


def _kept(request: AnyRequest, programme_id: UUID, text: str) -> Redirect:
    return see_other(request, f"/programmes/{programme_id}/rules", Flash("good", text))


def _typed(data: RuleForm) -> Rule:
    errors = []
    kind = next((each for each in _TYPED if each == data.rule), None)
    if kind is None:
        errors.append(FieldError("rule", "Choose one of the answers."))
    number = read_number(data.number)
    if number is None or number > 9999:
        errors.append(FieldError("number", "Write a whole number."))
    source = data.source.strip()
    if not source or len(source) > 200 or "\x00" in source:
        errors.append(FieldError("source", "Name the agreement, law or letter that asks for it."))
    amount = read_money(data.amount) if data.amount.strip() else None
    if data.amount.strip() and amount is None:
        errors.append(FieldError("amount", "Write an amount such as 1 250,00."))
    if errors or kind is None or number is None:
        raise InvalidError(errors=tuple(errors))
    currency = data.currency if amount is not None else None
    return Rule(rule=kind, number=min(number, 1200), source=source, amount=amount, currency=currency)


async def _rules(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    programme_id: UUID,
    typed: RuleForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    programme = await get_programme(conn, actor, programme_id)
    listed = await rules.list_rules(conn, actor, programme_id=programme_id, with_ended=True)
    return page(
        request,
        "due/rules.html",
        section="programmes",
        status=422 if errors else 200,
        programme=programme,
        rules=[(each, *_told(lang, each)) for each in listed if each.ended_at is None],
        ended=[(each, *_told(lang, each)) for each in listed if each.ended_at],
        presets=[(key, gettext(lang, preset.name)) for key, preset in PRESETS.items()],
        kinds=[(kind, _asks(lang, kind)) for kind in _TYPED],
        currencies=[("EUR", "EUR"), ("USD", "USD"), ("UAH", "UAH"), ("SEK", "SEK")],
        may_change=may(actor, "programme.manage"),
        values=typed or RuleForm(),
        errors=errors or {},
    )


def _asks(lang: Lang, kind: RuleKind) -> str:
    unit = {"days": "days", "months": "months", "": ""}[KINDS[kind].unit]
    return (
        f"{gettext(lang, KINDS[kind].text)} ({gettext(lang, unit)})"
        if unit
        else gettext(lang, KINDS[kind].text)
    )


def _told(lang: Lang, view: RuleView) -> tuple[str, str]:
    """What a rule asks, and the conditions under which it does."""
    rule = view.rule
    unit = KINDS[rule.rule].unit
    said = gettext(lang, KINDS[rule.rule].text)
    if rule.number is not None and unit == "days" and rule.number:
        said += ", " + ngettext(lang, "%(n)s day", "%(n)s days", rule.number)
    elif rule.number is not None and unit == "months":
        said += ", " + ngettext(lang, "%(n)s month", "%(n)s months", rule.number)
    parts = [gettext(lang, FIELDS[name]) for name in rule.fields]
    parts += [gettext(lang, word("purpose", name).text) for name in rule.purposes]
    parts += [gettext(lang, word("category", name).text) for name in rule.categories]
    parts += [gettext(lang, word("regime", name).text) for name in rule.regimes]
    if rule.amount is not None:
        amount = formats.money(lang, Decimal(rule.amount), rule.currency)
        parts.append(gettext(lang, "above %(amount)s per unit", amount=amount))
    return said, "; ".join(parts)


ROUTES = (list_due, list_rules, add_rule, add_preset, end_rule)
