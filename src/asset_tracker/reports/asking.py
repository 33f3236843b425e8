"""What may be asked of a report, and the words it may be asked in."""

from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from asset_tracker import kyiv
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import LANGS, Lang

# What ``lang`` says of a document in both languages.
BOTH: Final = "both"


class Ask(Struct, frozen=True, kw_only=True):
    """``as_of`` is a day in Kyiv, counted to its end; ``known_on`` an instant (UTC), ``None`` for now.

    ``donor`` is a party's id or short name; ``since`` the day the timeline starts on, unless the
    ``whole`` of it is needed. ``view`` is a saved list of assets, by its id or name. ``both``: a document in Ukrainian and then in English.
    """

    as_of: date
    known_on: datetime | None = None
    since: date | None = None
    donor: str | None = None
    lang: Lang = "uk"
    both: bool = False
    whole: bool = False
    view: str | None = None

    @property
    def end_of_day(self) -> datetime:
        """The last instant that counts."""
        return kyiv.end_of(self.as_of)


def parse_ask(
    *,
    as_of: str | None = None,
    known_on: str | None = None,
    since: str | None = None,
    donor: str | None = None,
    lang: str | None = None,
    view: str | None = None,
    now: datetime,
    default_lang: Lang = "uk",
) -> Ask:
    """The question that the texts of an address or a command line ask; ``now`` is aware.

    ``known_on`` is a day (its end in Kyiv) or an instant with an offset; of today it is now: what will be recorded
    later today nobody knows yet, and the same question must give the same answer tomorrow. Raises ``InvalidError`` that names
    every field that is wrong.
    """
    errors: list[FieldError] = []
    today = kyiv.day_of(now)
    day = _day("as_of", as_of, errors) or today
    known = _instant("known_on", known_on, errors)
    first = _day("since", since, errors)
    if day > today:
        errors.append(FieldError("as_of", "This day has not come yet.", expected="a day up to today"))
    if known is not None and kyiv.day_of(known) < day:
        errors.append(
            FieldError(
                "known_on",
                "What was known before a day cannot say anything about that day.",
                expected="the day of the report, or a later one",
            )
        )
    if known is not None and kyiv.day_of(known) > today:
        errors.append(FieldError("known_on", "This day has not come yet.", expected="a day up to today"))
    if first is not None and first > day:
        errors.append(FieldError("since", "It cannot begin after its last day."))
    if lang is not None and lang not in (*LANGS, BOTH):
        errors.append(
            FieldError("lang", "There is no language %(lang)s.", {"lang": lang[:20]}, "uk, en, both")
        )
    if errors:
        raise InvalidError(errors=tuple(errors))
    chosen: Lang = "uk" if lang in ("uk", BOTH) else "en" if lang == "en" else default_lang
    return Ask(
        as_of=day,
        known_on=min(known, now.astimezone(UTC)) if known else None,
        since=first,
        donor=(donor or "").strip() or None,
        lang=chosen,
        view=(view or "").strip()[:100] or None,
        both=lang == BOTH,
    )


def parse_instant(field: str, text: str | None) -> datetime | None:
    """The instant (UTC) that a text tells: a day (its end in Kyiv) or an instant with an offset; None for nothing.

    Raises ``InvalidError`` that names the field.
    """
    errors: list[FieldError] = []
    found = _instant(field, text, errors)
    if errors:
        raise InvalidError(errors=tuple(errors))
    return found


def _day(field: str, text: str | None, errors: list[FieldError]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        errors.append(FieldError(field, "There is no such day.", expected="2025-02-01"))
        return None
    if not 1990 <= found.year <= 2100:
        errors.append(FieldError(field, "There is no such day.", expected="a day between 1990 and 2100"))
        return None
    return found


def _instant(field: str, text: str | None, errors: list[FieldError]) -> datetime | None:
    if not text:
        return None
    text = text.strip()
    if len(text) <= len("2025-02-01"):
        day = _day(field, text, errors)
        return kyiv.end_of(day) if day else None
    try:
        # An address turns the plus sign of an offset into a blank.
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1990 <= found.year <= 2100:
        errors.append(FieldError(field, "There is no such instant.", expected="2025-02-01T09:30:00Z"))
        return None
    return found.astimezone(UTC)
