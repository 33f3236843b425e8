"""The Summary sheet as rows of words and real figures."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import UNSET

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, translator
from asset_tracker.reports import serving, words
from asset_tracker.reports.columns import Cell, Kind
from asset_tracker.reports.sheet import budget_word, heading
from asset_tracker.reports.sheet_areas import (
    REACHED,
    TOWN,
    linked_oblast,
    linked_raion,
    linked_situation,
    residents_of,
)
from asset_tracker.reports.sheet_tables import (
    SINCE,
    all_days,
    linked_money,
    linked_steps,
    linked_worth,
)
from asset_tracker.reports.sheet_trouble import AID_OVERDUE, linked_losses
from asset_tracker.reports.structs import Facts, Listed, MunicipalityFacts, ProgrammeFacts, Report
from asset_tracker.reports.structs_figures import CurrencyLine, Funnel, Period, SituationLine

Look = Literal["title", "section", "heads", "total", "plain"]


_UPKEEP = "Cost of upkeep"
_LOST = "Value of what was lost or damaged"


class SummaryRow(NamedTuple):
    """``links``: for each cell the figure that it is, as ``evidence`` names it, empty where it is none.
    ``check``: column key of the Items sheet, and the currency or ``None``, whose sum stands beside.

    ``sums``: what kind of figure that sum is.
    """

    cells: tuple[Cell, ...] = ()
    look: Look = "plain"
    check: tuple[str, str | None] | None = None
    sums: Kind = "money"
    links: tuple[str, ...] = ()


def summary_rows(report: Report) -> Iterator[SummaryRow]:
    facts, lang = report.facts, report.making.lang
    yield from _top(report)
    yield from _section(lang, "In short", _figures(report))
    yield from _section(lang, "What it cost and who paid", _money(facts, lang))
    yield from _section(lang, "The same in other currencies", _worth(facts, lang))
    yield from _section(lang, "Exchange rates used", _rates(facts, lang))
    if facts.summary.since is not None:
        yield from _section(lang, "In the period asked for", _since(facts.summary.since, lang))
    yield from _section(lang, "What was given", _categories(facts, lang))
    yield from _section(lang, "Does it work", _conditions(facts, lang))
    if isinstance(facts, ProgrammeFacts):
        yield from _section(lang, "By oblast", _oblasts(facts, lang))
        yield from _section(lang, "By raion", _raions(report))
        if facts.situations is not UNSET:
            yield from _section(lang, "By territories of hostilities", _situations(facts.situations, lang))
        yield from _section(lang, "Municipalities", _municipalities(facts, lang))
    yield from _section(lang, "How long it took", _days(report))
    yield from _section(lang, "Training and other support", _support(facts, lang))
    yield from _section(lang, "Losses", _losses(facts, lang))
    yield from _section(lang, "What needs attention", _findings(report))
    yield from _section(lang, "How to check this report", _check(report))


def _section(lang: Lang, title: str, rows: Iterator[SummaryRow]) -> Iterator[SummaryRow]:
    yield SummaryRow()
    yield SummaryRow((gettext(lang, title),), "section")
    yield from rows


def _heads(lang: Lang, *heads: str) -> SummaryRow:
    return SummaryRow(tuple(gettext(lang, head) for head in heads), "heads")


def _top(report: Report) -> Iterator[SummaryRow]:
    facts, lang = report.facts, report.making.lang
    text = translator(lang)
    top = heading(facts, lang)
    yield SummaryRow((top["title"],), "title")
    yield SummaryRow((top["kicker"],))
    yield SummaryRow((top["subtitle"],))
    yield SummaryRow((top["code"],))
    if report.making.demonstration:
        yield SummaryRow((text("Demonstration data: nothing here happened."),), "heads")
    yield SummaryRow((text("Day of the report"), facts.question.as_of))
    for programme in facts.programmes:
        yield SummaryRow((text("Programme"), programme.code, programme.name.of(lang), programme.agreement))
    yield SummaryRow(
        (text("Donors"), ", ".join({d.name.of(lang): None for p in facts.programmes for d in p.donors}))
    )
    if facts.question.donor:
        yield SummaryRow((text("Only what was paid by"), facts.question.donor.name.of(lang)))
    if isinstance(facts.question.view, Listed):
        yield SummaryRow((text("Only what this list holds now"), facts.question.view.name))


def _figures(report: Report) -> Iterator[SummaryRow]:
    facts, lang, beside = report.facts, report.making.lang, report.beside
    summary = facts.summary
    residents = "residents" if isinstance(facts, ProgrammeFacts) or summary.funnel.delivered else ""
    figures: tuple[tuple[str, Cell, str], ...] = (
        ("Planned", summary.funnel.planned, "planned"),
        ("Delivered", summary.funnel.delivered, "delivered"),
        ("Accepted by act", summary.funnel.accepted, "accepted"),
        ("In service", summary.funnel.in_service, "in_service"),
        ("Left for good", summary.funnel.gone, "gone"),
        ("Installed", beside.installed, "installed"),
        ("Items without a recorded price", summary.without_price, "without_price"),
        ("Municipalities reached", summary.municipalities, "reached"),
        ("Raions reached", beside.raions, "raions"),
        ("Residents", summary.residents, residents),
        ("Year of the population estimate", _year(summary.residents_year), ""),
        ("Service points with items", summary.service_points, "service_points"),
        ("With a signed act", summary.with_act, "act"),
        ("Verified within a year", summary.verified_last_year, "verified_last_year"),
        ("Verified within two years", summary.verified_two_years, "verified_two_years"),
        ("Days since it was last verified, median", summary.unseen_days, "unseen"),
        ("Maintenances and repairs", summary.upkeep, "upkeep"),
        ("Loss cases open", summary.losses_open, "losses_open"),
        ("Loss cases closed", summary.losses_closed, "losses_closed"),
        *((f"{_LOST}, {c.currency}", c.value, f"loss_value:{c.currency}") for c in summary.losses_value),
        *((f"{_UPKEEP}, {c.currency}", c.value, f"upkeep_cost:{c.currency}") for c in summary.upkeep_costs),
        ("Trainings", beside.trainings, ""),
        ("Women trained", summary.trained_women, ""),
        ("Men trained", summary.trained_men, ""),
    )
    yield from (SummaryRow((_label(label, lang), value), links=("", link)) for label, value, link in figures)
    for line in serving.meters(facts):
        yield SummaryRow((serving.meter_word(line, lang), line.value), links=("", f"meter:{line.unit}"))
    for each in serving.of_facts(facts):
        yield SummaryRow((serving.word(each, lang), each.number), links=("", f"serving:{each.unit}"))
    for point in beside.points:
        yield SummaryRow((words.word(words.POINT, point.kind, lang), point.count))
    yield from _budget(facts, lang)


def _budget(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    if isinstance(facts, MunicipalityFacts) or facts.budget is UNSET:
        return
    budget = facts.budget
    yield SummaryRow((gettext(lang, budget_word(facts)), budget.amount, budget.currency))
    donor = facts.question.donor
    figure = f"worth_delivered:{budget.currency}" + (f":{donor.key}" if donor else "")
    label = gettext(lang, "of it delivered")
    yield SummaryRow((label, budget.delivered, budget.currency), links=("", figure))
    yield SummaryRow((gettext(lang, "Part of the budget, per cent"), budget.percent))


def _year(year: int | None) -> str | None:
    """A number that is never grouped."""
    return str(year) if year else None


def _label(label: str, lang: Lang) -> str:
    if not label.startswith((_UPKEEP, _LOST)):
        return gettext(lang, label)
    text, comma, currency = label.partition(", ")
    return gettext(lang, text) + comma + currency


def _money(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    shares = (gettext(lang, "Share of %(donor)s", donor=d.label(lang)) for d in donors)
    heads = [gettext(lang, head) for head in ("Currency", "Value", "of it delivered")]
    check = gettext(lang, "Value by sheet Items")
    yield SummaryRow((*heads, *shares, check), "heads")
    for line in facts.summary.values:
        amounts = {amount.donor: amount.value for amount in line.by_donor}
        cells = (line.value, line.delivered, *(amounts.get(d.key, Decimal("0.00")) for d in donors))
        links = linked_money(line.currency, donors)
        yield SummaryRow((line.currency, *cells), check=("value", line.currency), links=links)


def _worth(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    shares = (gettext(lang, "Share of %(donor)s", donor=d.label(lang)) for d in donors)
    heads = [gettext(lang, head) for head in ("Converted to", "Value", "of it delivered")]
    rest = [gettext(lang, head) for head in ("Items without a rate", "Value by sheet Items")]
    yield SummaryRow((*heads, *shares, *rest), "heads")
    for line in facts.summary.worth:
        amounts = {amount.donor: amount.value for amount in line.by_donor}
        cells = (line.value, line.delivered, *(amounts.get(d.key, Decimal("0.00")) for d in donors))
        check = (f"worth:{line.currency}", None)
        links = linked_worth(line.currency, donors)
        yield SummaryRow((line.currency, *cells, line.without_rate), check=check, links=links)


def _rates(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "Currency", "Day", "UAH per unit", "Source")
    for rate in facts.summary.rates:
        yield SummaryRow((rate.currency, rate.day, display.rate(rate.uah, lang), rate.source))


def _since(came: Period, lang: Lang) -> Iterator[SummaryRow]:
    yield SummaryRow((gettext(lang, "Since"), came.since))
    figures: tuple[tuple[str, int], ...] = (
        ("Delivered", came.delivered),
        ("Accepted by act", came.accepted),
        ("Put into service", came.served),
        ("Verified", came.verified),
        ("Left for good", came.gone),
        ("Losses and damage", came.losses),
        ("Maintenances and repairs", came.upkeep),
        ("Events in the ledger", came.events),
    )
    links = (("", f"since:{key}") for key in SINCE)
    rows = zip(figures, links, strict=True)
    yield from (SummaryRow((gettext(lang, label), count), links=link) for (label, count), link in rows)
    for each in came.serving or ():
        yield SummaryRow((serving.word(each, lang), each.number), links=("", f"since:{each.unit}"))


def _categories(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "Category", "Planned", "Delivered", "Accepted", "In service", "Left for good")
    for line in facts.summary.by_category:
        if not line.sets:
            cells = (words.word(words.CATEGORY, line.category, lang), *_steps(line.funnel))
            yield SummaryRow(cells, links=linked_steps({"category": line.category}))
    all_of_them = (gettext(lang, "All items"), *_steps(facts.summary.funnel))
    yield SummaryRow(all_of_them, "total", links=linked_steps({}))
    for line in facts.summary.by_category:
        if line.sets:
            name = words.word(words.CATEGORY, line.category, lang)
            label = gettext(lang, "%(category)s (sets, counted above by their parts)", category=name)
            links = linked_steps({"category": line.category, "sets": "true"})
            yield SummaryRow((label, *_steps(line.funnel)), links=links)


def _steps(funnel: Funnel) -> tuple[int, int, int, int, int]:
    return (funnel.planned, funnel.delivered, funnel.accepted, funnel.in_service, funnel.gone)


def _conditions(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    for line in facts.summary.by_condition:
        name = words.word(words.CONDITION, line.condition, lang)
        yield SummaryRow((name, line.count), links=("", f"condition:{line.condition}"))


def _oblasts(facts: ProgrammeFacts, lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "Oblast", *REACHED, "Left for good")
    for line in facts.oblasts:
        cells = (line.oblast.of(lang), line.municipalities, line.residents, *_steps(line.funnel))
        yield SummaryRow(cells, links=linked_oblast(line))


def _raions(report: Report) -> Iterator[SummaryRow]:
    lang = report.making.lang
    yield _heads(lang, "Raion", *REACHED, "Left for good")
    for line in report.beside.by_raion:
        cells = (line.raion.of(lang), line.municipalities, line.residents, *_steps(line.funnel))
        yield SummaryRow(cells, links=linked_raion(line))


def _situations(lines: tuple[SituationLine, ...], lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "Situation", *REACHED, "Left for good")
    for line in lines:
        name = words.word(words.SITUATION, line.situation, lang)
        cells = (name, line.municipalities, line.residents, *_steps(line.funnel))
        yield SummaryRow(cells, links=linked_situation(line))


def _municipalities(facts: ProgrammeFacts, lang: Lang) -> Iterator[SummaryRow]:
    currencies = [line.currency for line in facts.summary.values]
    heads = (gettext(lang, head) for head in (*TOWN, "Left for good"))
    yield SummaryRow((*heads, *currencies), "heads")
    for line in facts.municipalities:
        place = line.municipality
        names = (place.name.of(lang), place.oblast.of(lang), place.pcode, place.population)
        cells = (*names, *_steps(line.funnel), *(_value(line.values, code) for code in currencies))
        links = ("", "", "", residents_of(line), *linked_steps({"municipality": place.code})[1:])
        values = (f"value:{code}?municipality={place.code}" for code in currencies)
        yield SummaryRow(cells, links=(*links, *values))


def _value(lines: tuple[CurrencyLine, ...], currency: str) -> Decimal | None:
    return next((line.value for line in lines if line.currency == currency), None)


def _days(report: Report) -> Iterator[SummaryRow]:
    lang = report.making.lang
    yield _heads(lang, "Step", "Median, days", "Items")
    for line in all_days(report):
        figure = f"days:{line.step}"
        cells = (words.word(words.STEP, line.step, lang), line.median, line.count)
        yield SummaryRow(cells, links=("", figure, figure))


def _support(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "What", "Kind", "From", "To", "Women", "Men", "Together")
    for line in facts.support:
        kind = words.word(words.SUPPORT, line.kind, lang)
        days = (line.starts_on, line.ends_on or line.starts_on)
        yield SummaryRow((line.title.of(lang), kind, *days, line.women, line.men, line.participants))
    women, men = facts.summary.participants_women, facts.summary.participants_men
    yield SummaryRow((gettext(lang, "Participations"), None, None, None, women, men, women + men), "total")


def _losses(facts: Facts, lang: Lang) -> Iterator[SummaryRow]:
    yield _heads(lang, "Item", "Tag", "Date", "What happened", "Value", "Currency", "Outcome", "Closed on")
    for line, links in zip(facts.losses, linked_losses(facts), strict=True):
        what = words.word(words.LOSS, line.reason, lang)
        outcome = words.word(words.OUTCOME, line.outcome, lang) if line.outcome else gettext(lang, "open")
        cells = (line.tag, line.occurred_on, what, line.value, line.currency, outcome, line.closed_on)
        yield SummaryRow((line.item.of(lang), *cells), links=("", links[1], "", "", links[4]))


def _findings(report: Report) -> Iterator[SummaryRow]:
    facts, lang = report.facts, report.making.lang
    yield _heads(lang, "Item", "Tag", "What to know")
    for found in facts.findings:
        sentence = words.finding_text(found, lang, display.day(found.day, lang))
        yield SummaryRow((found.item.of(lang) if found.item else None, found.tag, sentence))
    for number, due in report.beside.aid_overdue:
        yield SummaryRow((number, None, gettext(lang, AID_OVERDUE, day=display.day(due, lang))))


def _check(report: Report) -> Iterator[SummaryRow]:
    making, text = report.making, translator(report.making.lang)
    known = display.instant(making.known_on or making.made_at, making.lang)
    yield SummaryRow((text("Content hash (SHA-256)"), report.content_hash))
    yield SummaryRow((text("Ledger head"), making.ledger_head))
    yield SummaryRow((text("Events sealed in the ledger"), making.ledger_size))
    yield SummaryRow((text("Facts known by"), known))
    yield SummaryRow((text("Made at"), display.instant(making.made_at, making.lang)))
    yield SummaryRow((text("Address"), making.page_url))
