"""From rows to facts: what to show to whom, then every figure, in one place for all formats."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from asset_tracker.reports import figures
from asset_tracker.reports.conversion import ALWAYS, Rates, convert, worth_lines
from asset_tracker.reports.findings import Limits, findings
from asset_tracker.reports.structs import (
    Facts,
    Making,
    MunicipalityFacts,
    ProgrammeFacts,
    Question,
    Report,
)
from asset_tracker.reports.structs_around import Budget, Donor, Municipality, Programme, Rate
from asset_tracker.reports.structs_figures import Beside, Finding, Summary
from asset_tracker.reports.structs_items import Happening, Item, Loss, Support


class Material(Struct, frozen=True, kw_only=True):
    """What the queries found, already within the reader's scope.

    ``restricted``: codes of municipalities whose service points are not named to this reader.
    ``found``: what the queries themselves found worth knowing.
    ``rates``: all that were recorded by then.
    ``only_donors``: keys of the donors whose shares the reader may see, ``None`` for all.
    """

    question: Question
    programmes: tuple[Programme, ...]
    municipalities: tuple[Municipality, ...]
    items: tuple[Item, ...]
    timeline: tuple[Happening, ...] = ()
    support: tuple[Support, ...] = ()
    losses: tuple[Loss, ...] = ()
    limits: Limits = Limits()
    restricted: frozenset[str] = frozenset()
    only_donors: frozenset[str] | None = None
    donors: tuple[Donor, ...] = ()
    found: tuple[Finding, ...] = ()
    budget: Budget | None = None
    rates: tuple[Rate, ...] = ()


def municipality_facts(material: Material) -> MunicipalityFacts:
    """The facts about the only municipality of ``material``."""
    (place,) = material.municipalities
    items, used = _shown(material)
    return MunicipalityFacts(
        question=material.question,
        municipality=place,
        programmes=material.programmes,
        donors=_sharing(material.donors, items),
        summary=_summary(material, items, used, (place,)),
        items=items,
        timeline=figures.timeline_without_places(material.timeline, material.restricted),
        support=material.support,
        losses=material.losses,
        findings=_findings(material, items),
    )


def programme_facts(material: Material) -> ProgrammeFacts:
    """The facts about the only programme of ``material``; municipalities in the order given."""
    (programme,) = material.programmes
    items, used = _shown(material)
    donor = material.question.donor
    lines = figures.municipality_lines(material.municipalities, items, material.losses)
    return ProgrammeFacts(
        question=material.question,
        programme=programme,
        programmes=material.programmes,
        donors=_sharing(material.donors, items),
        municipalities=lines,
        oblasts=figures.oblast_lines(lines),
        situations=figures.situation_lines(lines),
        budget=figures.budget_line(items, material.budget, donor.key if donor else None)
        if material.budget
        else UNSET,
        summary=_summary(material, items, used, _with_delivery(material.municipalities, items)),
        items=items,
        timeline=figures.timeline_without_places(material.timeline, material.restricted),
        support=material.support,
        losses=material.losses,
        findings=_findings(material, items),
    )


def report(facts: Facts, making: Making, point_kinds: Mapping[tuple[str, str], str] | None = None) -> Report:
    """``point_kinds``: what kind of service point it is, by municipality and Ukrainian name."""
    return told(facts, making, figures.content_hash(facts), figures.beside(facts, point_kinds or {}))


def told(facts: Facts, making: Making, content_hash: str, beside: Beside) -> Report:
    """The same of facts that are hashed and counted already."""
    overdue = figures.aid_overdue(making.papers, facts.question.as_of)
    return Report(
        facts=facts, making=making, content_hash=content_hash, beside=replace(beside, aid_overdue=overdue)
    )


def _sharing(donors: Sequence[Donor], items: Sequence[Item]) -> tuple[Donor, ...]:
    keys = {share.donor for item in items for share in item.shares}
    return tuple(donor for donor in donors if donor.key in keys)


def _summary(
    material: Material, items: Sequence[Item], used: tuple[Rate, ...], places: Sequence[Municipality]
) -> Summary:
    question = material.question
    return figures.summarise(
        items,
        material.support,
        material.losses,
        places,
        question.as_of,
        worth=worth_lines(items, _targets(material)),
        rates=used,
        since=figures.period(items, material.timeline, material.losses, question.since),
    )


def _targets(material: Material) -> tuple[str, ...]:
    """The currencies to reckon in: the hryvnia, the euro, and what the donors of the report reckon in."""
    donor = material.question.donor
    donors = (donor,) if donor else material.donors
    spent = (material.budget.currency,) if material.budget else ()
    return tuple(dict.fromkeys((*ALWAYS, *sorted({d.currency for d in donors if d.currency}), *spent)))


def _findings(material: Material, items: Sequence[Item]) -> tuple[Finding, ...]:
    about = findings(material.items, material.timeline, material.question.as_of, material.limits)
    targets = _targets(material)
    unrated = sum(
        item.quantity for item in items if item.value is not None and len(item.worth) < len(targets)
    )
    without = (Finding(code="no_rate", number=unrated),) if unrated else ()
    return (*material.found, *about, *without)


def _with_delivery(places: Sequence[Municipality], items: Sequence[Item]) -> list[Municipality]:
    """Municipalities supported are those that something reached: no resident is counted on a plan."""
    reached = {item.municipality for item in items if item.delivered_on}
    return [place for place in places if place.code in reached]


def _shown(material: Material) -> tuple[tuple[Item, ...], tuple[Rate, ...]]:
    """The items as this reader sees them, and the rates by which they are reckoned in other currencies."""
    items = figures.without_places(material.items, material.restricted)
    keys = material.only_donors
    if keys is not None:
        items = tuple(
            replace(item, shares=tuple(share for share in item.shares if share.donor in keys))
            for item in items
        )
    return convert(items, Rates(material.rates), _targets(material), material.question.as_of)
