"""How every route is walked, by every role, asked for own, foreign and unknown things."""

from difflib import unified_diff

from factories.offices import ROLES

from . import routes_of_api, routes_of_pages
from .walk import (
    ALL,
    CLOSED,
    PUBLIC,
    Route,
    reaches,
    said,
    secrets,
    send,
    speaks_of_things,
)

KINDS = ("own", "foreign", "unknown")
OF_OFFICE_1 = "CTKDN"
TABLE: dict[str, Route] = routes_of_api.ROUTES | routes_of_pages.ROUTES


def difference(foreign, things, unknown, others):
    """The lines in which two answers differ."""
    return list(unified_diff(said(foreign, things).splitlines(), said(unknown, others).splitlines(), n=0))


async def walk(offices, key, route):
    """One line for each answer that is not as the table says."""
    if route.may == PUBLIC:
        for who in (None, *ALL):
            answer = await send(offices, key, route, who, offices.own)
            if answer.status_code not in route.ok:
                yield who, answer.status_code
        return
    many = speaks_of_things(key, route)
    for kind in KINDS if many else KINDS[:1]:
        answer = await send(offices, key, route, None, offices.of(kind))
        closed = answer.status_code == (401 if key.split(" ")[1].startswith("/api") else 303)
        if route.stranger != answer.status_code and not closed:
            yield "a stranger", kind, answer.status_code
    for who in ROLES:
        async for line in asked_by(offices, key, route, who, many=many):
            yield line


async def asked_by(offices, key, route, who, *, many):
    """The requests of one role: for its own thing, a foreign and an unknown one."""
    kept = secrets(offices) if who in OF_OFFICE_1 else ()
    answers = {}
    for kind in KINDS if many else KINDS[:1]:
        answers[kind] = answer = await send(offices, key, route, who, offices.of(kind))
        passes = reaches(route, who, kind == "own") if many else who in route.may
        passes = passes and kind != "unknown"
        expected = route.ok if passes else (*CLOSED, 422) if who in route.may else CLOSED
        if answer.status_code not in expected:
            yield who, kind, answer.status_code, answer.text[:150]
        told = [each for each in kept if each in answer.text and kind != "foreign"]
        if told:
            yield who, kind, "tells", told
    if many and who in OF_OFFICE_1 and route.whose != "everybody":
        foreign, unknown = answers["foreign"], answers["unknown"]
        differs = difference(foreign, offices.foreign, unknown, offices.unknown)
        if differs or foreign.status_code != unknown.status_code:
            yield who, "foreign is not like unknown", foreign.status_code, unknown.status_code, differs
