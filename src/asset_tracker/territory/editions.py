"""What a newer edition of the codifier changes, worked out before anything is written."""

from collections.abc import Iterable

import msgspec

from asset_tracker.territory.municipalities import Municipality


class Change(msgspec.Struct, frozen=True):
    """One municipality before and after."""

    before: Municipality
    after: Municipality


class EditionDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What an edition changes; ``after`` is every municipality as it is to stand, those gone included."""

    new: tuple[Municipality, ...] = ()
    renamed: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    gone: tuple[Municipality, ...] = ()
    returned: tuple[Municipality, ...] = ()
    retyped: tuple[Change, ...] = ()
    completed: tuple[Change, ...] = ()
    after: tuple[Municipality, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the edition says just what is stored."""
        return not (
            self.new
            or self.renamed
            or self.moved
            or self.gone
            or self.returned
            or self.retyped
            or self.completed
        )


def compare(stored: Iterable[Municipality], edition: Iterable[Municipality]) -> EditionDiff:
    """The difference. Facts the edition lacks (population, position, kind) are kept from what is stored."""
    before = {each.code: each for each in stored}
    after = {each.code: _with_known_facts(each, before.get(each.code)) for each in edition}
    both = [Change(before[code], each) for code, each in after.items() if code in before]
    gone = tuple(each for code, each in before.items() if code not in after and not each.gone)
    left_before = tuple(each for code, each in before.items() if code not in after and each.gone)
    return EditionDiff(
        new=tuple(each for code, each in after.items() if code not in before),
        renamed=tuple(pair for pair in both if pair.before.name_uk != pair.after.name_uk),
        moved=tuple(pair for pair in both if _region(pair.before) != _region(pair.after)),
        gone=gone,
        returned=tuple(pair.after for pair in both if pair.before.gone),
        retyped=tuple(pair for pair in both if pair.before.kind != pair.after.kind),
        completed=tuple(pair for pair in both if _facts(pair.before) != _facts(pair.after)),
        after=(*after.values(), *(msgspec.structs.replace(each, gone=True) for each in gone), *left_before),
    )


def _region(each: Municipality) -> tuple[object, ...]:
    return each.oblast_code, each.oblast_uk, each.raion_code, each.raion_uk


def _facts(each: Municipality) -> tuple[object, ...]:
    return each.name_en, each.population, each.centre_uk, each.lat, each.lon


def _with_known_facts(each: Municipality, known: Municipality | None) -> Municipality:
    if known is None:
        return each
    same_name = known.name_uk == each.name_uk
    return msgspec.structs.replace(
        each,
        kind=each.kind or known.kind,
        name_en=known.name_en if same_name else each.name_en,
        population=known.population if each.population is None else each.population,
        centre_uk=each.centre_uk or known.centre_uk,
        lat=known.lat if each.lat is None else each.lat,
        lon=known.lon if each.lon is None else each.lon,
    )
