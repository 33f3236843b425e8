"""What a line of the access record was done to and why, as people read it.

The record itself keeps codes (``user ID``, ``+ coordinator``), which stay the same whatever becomes of names.
"""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import COMMAND_LINE, Actor
from asset_tracker.access.people import names_of
from asset_tracker.access.records import RecordView
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.programmes.queries import list_parties, list_programmes
from asset_tracker.web.formats import named
from asset_tracker.web.words import VOCABULARY, word

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAYS: Final = re.compile(r"(\w+), (\d+) days")
# The first word of a subject, as a heading; what stands after it is a name, a code or a number.
_SORTS: Final = {
    "user": "Account",
    "asset": "Asset",
    "event": "Entry",
    "programme": "Programme",
    "party": "Party",
    "rule": "Rule",
    "webhook": "Webhook",
    "key": "Key",
}
# What the programs themselves write down as a reason.
_REASONS: Final = {"ended": "The rule has ended.", "correction": "Correction of an entry"}
_FIELDS: Final = {
    "name_uk": "Name in Ukrainian",
    "name_en": "Name in English",
    "short_name": "Short name",
    "edrpou": "EDRPOU",
    "address": "Address",
    "currency": "Currency",
    "agreement": "Agreement",
    "shares": "Funding shares",
}
_SENSITIVITY: Final = {
    "public": "Public: the service point is shown",
    "restricted": "Restricted: the municipality is shown",
    "secret": "Secret: only the oblast is shown",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line in words: who, what it was done to (and the page of that, or ""), and why."""

    who: str
    subject: str
    href: str
    reason: str


async def in_words(
    conn: AsyncConnection, actor: Actor, lang: Lang, rows: Sequence[RecordView]
) -> list[tuple[RecordView, Line]]:
    """Each line with its words. A thing that is gone, or out of the actor's reach, is told by its sort alone."""
    found = {UUID(each) for row in rows for each in _ID.findall(f"{row.subject} {row.reason}")}
    names = await names_of(conn, actor, found)
    if found - names.keys():
        names |= {each.id: named(lang, each) for each in await list_parties(conn, actor)}
        names |= {each.id: each.code for each in await list_programmes(conn, actor)}
    return [(row, line_of(lang, row, names)) for row in rows]


def line_of(lang: Lang, row: RecordView, names: dict[UUID, str]) -> Line:
    """A line in words, with the names that are known by their ids."""
    who = gettext(lang, "Command line") if row.actor_id == COMMAND_LINE.id else row.actor
    sort, _, rest = row.subject.partition(" ")
    return Line(
        who=who,
        subject=_subject(lang, row.subject, sort, rest, names),
        href=_href(sort, rest),
        reason=_reason(lang, row.reason, names),
    )


def _subject(lang: Lang, whole: str, sort: str, rest: str, names: dict[UUID, str]) -> str:
    if rest == "values":
        return ngettext(lang, "%(n)s value", "%(n)s values", int(sort))
    if sort not in _SORTS:
        return whole
    if sort == "rule":  # its own id says nothing; what it is about stands behind it
        rest = " ".join(
            gettext(lang, word("category", each).text) if each in VOCABULARY["category"] else each
            for each in rest.partition(": ")[2].split()
        )
    told = _ID.sub(lambda each: names.get(UUID(each[0]), ""), rest).strip()
    return ": ".join(filter(None, (gettext(lang, _SORTS[sort]), told)))


def _href(sort: str, rest: str) -> str:
    if sort == "asset":
        return f"/a/{rest}"
    if sort in ("user", "programme", "webhook") and _ID.fullmatch(rest):
        return {"user": "/people/", "programme": "/programmes/", "webhook": "/webhooks/"}[sort] + rest
    return ""


def _reason(lang: Lang, reason: str, names: dict[UUID, str]) -> str:
    if reason in _REASONS:
        return gettext(lang, _REASONS[reason])
    if (given := _DAYS.fullmatch(reason)) and given[1] in _SENSITIVITY:
        told, days = gettext(lang, _SENSITIVITY[given[1]]), int(given[2])
        late = ngettext(lang, "%(n)s day later", "%(n)s days later", days) if days else ""
        return ", ".join(filter(None, (told, late)))
    return _ID.sub(lambda each: names.get(UUID(each[0]), each[0]), _parts(lang, reason))


def _parts(lang: Lang, reason: str) -> str:
    """Roles and fields by their names: ``+ coordinator``, ``name_uk: Sida → Сіда``."""
    parts = []
    for part in reason.split("; "):
        field, between, told = part.partition(": ")
        sign, _, given = part.partition(" ")
        if between and field in _FIELDS:
            parts.append(f"{gettext(lang, _FIELDS[field])}: {told}")
        elif sign in "+-" and sign and (role := given.partition(" "))[0] in VOCABULARY["role"]:
            parts.append(f"{sign} {gettext(lang, word('role', role[0]).text)} {role[2]}".rstrip())
        else:
            parts.append(part)
    return "; ".join(parts)
