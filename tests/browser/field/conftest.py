"""A server that can be killed behind a line that can be cut, laptops on their way, and phones."""

from types import SimpleNamespace

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import register
from asset_tracker.ledger.tags import format_tag
from factories.killable import Killable
from factories.line import Line
from factories.office import asset, furnish
from factories.phone import Phone
from factories.served import furnished, in_a_thread

LAPTOPS = 20  # ten for each of the two days


@pytest.fixture(scope="module")
def office(new_database):
    url = new_database()
    return in_a_thread(furnished(url, with_laptops(url)))


def with_laptops(url):
    async def fill(conn):
        found = await furnish(conn)
        new = [
            asset((), found.consignment, 10 + n, category="laptop", name_uk=f"Ноутбук {n}", serial=f"SER-{n}")
            for n in range(LAPTOPS)
        ]
        await register(conn, COMMAND_LINE, found.programme, new)
        return SimpleNamespace(url=url, tags=[format_tag(each.fact.tag) for each in new], **found._asdict())

    return fill


@pytest.fixture(scope="module")
def line(office, tmp_path_factory):
    """The server, behind a line that can be cut."""
    made = Line(0)
    made.server = Killable(
        office.url, tmp_path_factory.mktemp("data"), f"http://127.0.0.1:{made.port}"
    ).start()
    made.target = made.server.port
    yield made
    made.server.kill()
    made.close()


@pytest.fixture
def phone(chromium, line, tmp_path, request):
    """A function that hands out a phone; what its console complained about is nothing."""
    made = []
    line.mend()

    def hand_out(**more):
        each = Phone(chromium, tmp_path / f"disk-{len(made)}", f"http://127.0.0.1:{line.port}", **more)
        made.append(each)
        return each

    yield hand_out
    for each in made:
        each.close()
    assert [text for each in made for text in each.complaints] == []
