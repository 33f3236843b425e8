"""Every route of the API, for every role, asked for own, foreign and unknown things."""

import pytest

from . import routes_of_api
from .matrix import walk

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("key", routes_of_api.ROUTES)
async def test_a_route(offices, key):
    wrong = [line async for line in walk(offices, key, routes_of_api.ROUTES[key])]
    assert not wrong, "\n" + "\n".join(" ".join(map(str, line)) for line in wrong)
