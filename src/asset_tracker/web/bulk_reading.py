"""What pages that plan something for many have in common: how their form is read, and what a mistake is answered with."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from litestar import Response
from litestar.response import Redirect

from asset_tracker.assets.bulk import BulkView
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.web.forms import typed
from asset_tracker.web.pages import Instead, see_other, wrong_texts


class Asked(NamedTuple):
    """What was answered, and which boxes were ticked beside the things of a list."""

    answers: Mapping[str, str]
    ticked: list[str]


Plan = Callable[[Asked], Awaitable[BulkView]]
Again = Callable[[Asked, Mapping[str, str]], Awaitable[Response[str]]]


def listed(request: AnyRequest, values: Mapping[str, str]) -> Asked:
    """The boxes that were ticked in a list, before anything was asked; ``values`` is what the form begins with."""
    return Asked(values, request.query_params.getall("asset", []))


def state_of(answers: Mapping[str, str]) -> str:
    """The address of the list of assets that was chosen from, from its question mark on; empty where it was none."""
    state = answers.get("state", "")
    return state if state.startswith("?") else ""


async def planned(request: AnyRequest, plan: Plan, again: Again) -> Redirect:
    """Plan what the form asks and show it; ``again`` is the form with what is wrong, by field."""
    sent = await request.form()
    asked = Asked(typed(sent), [str(each) for each in sent.getall("asset", [])])
    try:
        view = await plan(asked)
    except InvalidError as wrong:
        raise Instead(await again(asked, wrong_texts(lang_of(request), wrong))) from wrong
    return see_other(request, f"/bulk/{view.id}")
