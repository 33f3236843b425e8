"""How a line of the table of routes becomes requests, and what each request must meet."""

import re
from typing import Any, NamedTuple

from factories.offices import EVERYWHERE

PUBLIC = ""
ALL = "ACSTKDUN"
READERS = "ACSTKDU"
FIELD = "ACSTK"
DESK = "ACS"
# Asked and taken, or refused by a rule of the work: past the walls in any case.
PASSED = (200, 201, 204, 303, 409, 422)
CLOSED = (403, 404)
# What a path's names stand for, where the table does not say otherwise.
NAMES = {
    "tag": "{tag}",
    "event_id": "{event}",
    "act_id": "{act}",
    "consignment_id": "{consignment}",
    "batch_id": "{batch}",
    "print_id": "{print}",
    "programme_id": "{programme}",
    "rule_id": "{rule}",
    "token_id": "{token}",
    "view_id": "{view}",
    "action": "{action}",
    "operation": "{operation}",
    "campaign_id": "{campaign}",
    "quarantined": "{quarantined}",
    "blank": "{blank}",
    "point_id": "{point}",
    "user_id": "{user}",
    "file": "{file}",
    "case_id": "{case}",
    "plan_id": "{plan}",
    "order_id": "{order}",
    "session_id": "{session}",
    "device_id": "{device}",
    "link_id": "{link}",
    "reference": "{tag}",
}
# Names of things that tell nobody anything by themselves.
NAMED_TO_ALL = ("quarantined", "stock", "preset")
OPEN = ("place", "file", "programme_code", "donor", "implementer", "point", *NAMED_TO_ALL)


class Route(NamedTuple):
    """``may``: the letters of the roles that may at all. ``whose``: ``office`` - only things of an office in
    reach; ``maker`` - only who made it, and the administrator; ``everybody`` - the same for all who may.

    ``things``: the query or the body names things. ``stranger``: what somebody not logged in is answered.
    """

    may: str
    names: dict[str, str] = {}  # noqa: RUF012 - a table that is read, never written
    query: dict[str, str] | None = None
    json: Any = None
    form: dict[str, str] | None = None
    files: dict[str, Any] | None = None
    headers: dict[str, str] = {}  # noqa: RUF012 - a table that is read, never written
    whose: str = "office"
    things: bool = False
    ok: tuple[int, ...] = PASSED
    stranger: int | None = None


def routes_of(app):
    """``METHOD /path/{name}`` of all that the application answers; OPTIONS is the framework's own."""
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        for method in getattr(route, "methods", ())
        if method != "OPTIONS"
    }


def public_routes_of(app):
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        for method, handler in getattr(route, "route_handler_map", {}).items()
        if method != "OPTIONS" and (handler[0] if isinstance(handler, tuple) else handler).opt.get("public")
    }


def filled(value, things):
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(things[found[1]]), value)
    if isinstance(value, dict):
        return {key: filled(each, things) for key, each in value.items()}
    if isinstance(value, (list, tuple)) and not (value and isinstance(value[-1], bytes)):
        return [filled(each, things) for each in value]
    return value


def speaks_of_things(key, route):
    return route.things or any("{" in value for value in names_of(key, route).values())


def names_of(key, route):
    path = key.partition(" ")[2]
    return {name: route.names.get(name) or NAMES[name] for name in re.findall(r"\{(\w+)\}", path)}


async def send(offices, key, route, who, things):
    method, _, path = key.partition(" ")
    for name, value in names_of(key, route).items():
        path = path.replace("{" + name + "}", filled(value, things))
    more = {}
    if route.query is not None:
        more["params"] = filled(route.query, things)
    if route.json is not None:
        more["json"] = filled(route.json, things)
    if route.form is not None:
        more["data"] = filled(route.form, things)
    if route.files is not None:
        more["files"] = route.files
    if route.headers:
        more["headers"] = route.headers
    return await offices.ask(who, method, path, **more)


def reaches(route, who, own):
    """Whether a role may do this to its office's thing (``own``) or to the other office's."""
    if who not in route.may:
        return False
    if route.whose == "everybody" or who == "A":
        return True
    if route.whose == "maker":
        return who == ("C" if own else "S")
    return who in EVERYWHERE or (who != "S") == own


def said(answer, things):
    """An answer without what differs from request to request, and without what was asked for."""
    shown = answer.text.replace(answer.headers["x-request-id"], "")
    told = re.sub(r'"request":"\w+"|<code>\w{16}</code>|value="[\w:.-]+"', "", shown)
    asked = [str(value) for name, value in things.items() if name not in NAMED_TO_ALL]
    for value in sorted(asked + [value.replace("-", "") for value in asked], key=len, reverse=True):
        told = told.replace(value, "…")
    return told


def secrets(offices):
    """What no answer to a role of office 1 ever holds: names of the other office's things."""
    values = {str(value) for name, value in offices.foreign.items() if name not in (*OPEN, "user")}
    return {value for value in values if value not in map(str, offices.own.values())}
