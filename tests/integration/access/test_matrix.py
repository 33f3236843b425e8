"""The table of routes is whole: none without a line, and what is public is written down."""

import pytest

from .matrix import TABLE
from .walk import PUBLIC, public_routes_of, routes_of

pytestmark = pytest.mark.anyio


async def test_every_route_stands_in_the_table(offices):
    assert routes_of(offices.app) - set(TABLE) == set(), "add these to routes_of_api or routes_of_pages"
    assert set(TABLE) - routes_of(offices.app) == set()


async def test_what_is_public_is_written_down(offices):
    public = {key for key, route in TABLE.items() if route.may == PUBLIC or route.stranger}
    assert public_routes_of(offices.app) == public
