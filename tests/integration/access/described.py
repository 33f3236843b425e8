"""Requests that schemathesis makes up from the API's description, sent by every role.

Each case is made once and sent by several roles, for nothing (the walk's transactions are rolled back).
No answer may be a 5xx, nor a status that the description does not name. ``FUZZ_EXAMPLES`` makes it look
longer, and ``make fuzz`` sends every case by everybody; which cases are made is the same each time, unless
``FUZZ_SEED`` says otherwise.
"""

import asyncio
import os
from functools import cache
from urllib.parse import quote

import hypothesis
import msgspec
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from asset_tracker.app import create_app
from asset_tracker.settings import Settings
from factories.offices import ROLES

from . import routes_of_api
from .walk import filled, names_of

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "36"))
SEED = int(os.environ.get("FUZZ_SEED", "2"))
BASE = "http://127.0.0.1:8000"
# Those who may take turns: a third of them send one case, another third the next.
ASKED_EVERY = int(os.environ.get("FUZZ_ASKED_EVERY", "3"))
# Who may not at all is refused before anything is read, so a tenth of the cases will do.
REFUSED_EVERY = int(os.environ.get("FUZZ_REFUSED_EVERY", "10"))
# The same as the table's, which test_described_reading holds them to.
NAMES = [name for name in routes_of_api.ROUTES if name.partition(" ")[2].startswith("/api/v1/")]
KINDS = ("own", "foreign", "unknown", None)

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@cache
def described():
    """The description as it is served; making it needs no database, but some two seconds: not while collecting."""
    env = {
        "ASSET_TRACKER_DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
        "ASSET_TRACKER_DATA_DIR": "/nowhere",
        "ASSET_TRACKER_STORAGE_URL": "file:///tmp",
        "ASSET_TRACKER_SECRET_KEY": "t" * 40,
    }
    schema = create_app(Settings.from_env(env)).openapi_schema.to_schema()
    return msgspec.json.decode(msgspec.json.encode(schema))


@cache
def operations():
    """Each operation of the API by its name, ``METHOD /path``."""
    return {
        f"{each.ok().method.upper()} {each.ok().path}": each.ok()
        for each in schemathesis.openapi.from_dict(described()).get_all_operations()
        if each.ok().path.startswith("/api/v1/")
    }


def cases_of(operation):
    """What schemathesis makes up for an operation, each with whose things its path names (None: made up)."""
    made = []

    @hypothesis.seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), kind=st.sampled_from(KINDS))
    def make(case, kind):
        made.append((case, kind))

    make()
    return made


async def wrong_answers(offices, name):
    """One line for each answer to operation ``name`` that its description does not allow."""
    path, method = name.partition(" ")[2], name.partition(" ")[0]
    known = {int(status) for status in described()["paths"][path][method.lower()]["responses"]}
    wrong = []
    for n, request in enumerate(requests_of(offices, name)):
        senders = senders_of(name, n)
        told = await asyncio.gather(*(answered(offices, who, method, request) for who in senders))
        for who, answer in zip(senders, told, strict=True):
            if answer.status_code >= 500 or answer.status_code not in known:
                wrong.append((who or "a stranger", answer.status_code, str(request)[:400], answer.text[:300]))
    return wrong


async def answered(offices, who, method, request):
    """The answer; a server that says to come back (a busy machine) is asked again, and one that goes on so is wrong."""
    for _ in range(5):
        answer = await offices.ask(who, method, **request)
        if answer.status_code != 503 or "retry-after" not in answer.headers:
            break
    return answer


def senders_of(name, n):
    """Who sends the ``n``-th case of an operation; each of those who may comes up with cases of every kind."""
    may = (*routes_of_api.ROUTES[name].may,)
    turns = min(ASKED_EVERY, len(may))
    turn = [who for place, who in enumerate(may) if (n + place) % turns == 0]
    refused = [who for who in (None, *ROLES) if who not in may and n % REFUSED_EVERY == 0]
    return [*turn, *refused]


def requests_of(offices, name):
    """The different requests among an operation's cases."""
    found = []
    for case, kind in cases_of(operations()[name]):
        request = request_of(offices, name, case, kind)
        if request not in found:
            found.append(request)
    return found


def request_of(offices, name, case, kind):
    """What httpx is asked to send; encoded once, the way schemathesis would have sent it."""
    sent = case.as_transport_kwargs(base_url=BASE)
    asked = requests.Request(**sent).prepare()
    target = asked.path_url
    if kind is not None:
        names = names_of(name, routes_of_api.ROUTES[name])
        path = name.partition(" ")[2]
        for each, value in names.items():
            path = path.replace("{" + each + "}", quote(filled(value, offices.of(kind)), safe=""))
        target = path + target[len(target.partition("?")[0]) :]
    headers = {key: asked.headers[key] for key in ("Content-Type",) if key in asked.headers}
    return {"path": target, "content": asked.body, "headers": headers}
