"""From rows to facts: what to show to whom, then every figure, in one place for all formats."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from asset_tracker.reports import figures
from asset_tracker.reports.findings import Limits, findings
from asset_tracker.reports.structs import (
    Donor,
    Facts,
    Finding,
    Happening,
    Item,
    Loss,
    Making,
    Municipality,
    MunicipalityFacts,
    Programme,
    ProgrammeFacts,
    Question,
    Report,
    Support,
)


class Material(Struct, frozen=True, kw_only=True):
    """What the queries found, already within the reader's scope.

    ``restricted``: codes of municipalities whose service points are not named to this reader.
    ``found``: what the queries themselves found worth knowing.
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


def municipality_facts(material: Material) -> MunicipalityFacts:
    """The facts about the only municipality of ``material``."""
    (place,) = material.municipalities
    items = _shown(material)
    return MunicipalityFacts(
        question=material.question,
        municipality=place,
        programmes=material.programmes,
        donors=_sharing(material.donors, items),
        summary=figures.summarise(
            items, material.support, material.losses, (place,), material.question.as_of
        ),
        items=items,
        timeline=figures.timeline_without_places(material.timeline, material.restricted),
        support=material.support,
        losses=material.losses,
        findings=_findings(material),
    )


def programme_facts(material: Material) -> ProgrammeFacts:
    """The facts about the only programme of ``material``; municipalities in the order given."""
    (programme,) = material.programmes
    items = _shown(material)
    lines = figures.municipality_lines(material.municipalities, items, material.losses)
    return ProgrammeFacts(
        question=material.question,
        programme=programme,
        programmes=material.programmes,
        donors=_sharing(material.donors, items),
        municipalities=lines,
        oblasts=figures.oblast_lines(lines),
        summary=figures.summarise(
            items,
            material.support,
            material.losses,
            _with_delivery(material.municipalities, items),
            material.question.as_of,
        ),
        items=items,
        timeline=figures.timeline_without_places(material.timeline, material.restricted),
        support=material.support,
        losses=material.losses,
        findings=_findings(material),
    )


def report(facts: Facts, making: Making) -> Report:
    return Report(facts=facts, making=making, content_hash=figures.content_hash(facts))


def _sharing(donors: Sequence[Donor], items: Sequence[Item]) -> tuple[Donor, ...]:
    keys = {share.donor for item in items for share in item.shares}
    return tuple(donor for donor in donors if donor.key in keys)


def _findings(material: Material) -> tuple[Finding, ...]:
    about = findings(material.items, material.timeline, material.question.as_of, material.limits)
    return (*material.found, *about)


def _with_delivery(places: Sequence[Municipality], items: Sequence[Item]) -> list[Municipality]:
    """Municipalities supported are those that something reached: no resident is counted on a plan."""
    reached = {item.municipality for item in items if item.delivered_on}
    return [place for place in places if place.code in reached]


def _shown(material: Material) -> tuple[Item, ...]:
    items = figures.without_places(material.items, material.restricted)
    keys = material.only_donors
    if keys is None:
        return items
    return tuple(
        replace(item, shares=tuple(share for share in item.shares if share.donor in keys)) for item in items
    )
