"""The key by which names are ordered in the database is that of the pages."""

import pytest
from sqlalchemy.dialects import postgresql

from asset_tracker.assets.ordering import SORTS, order_of
from asset_tracker.errors import InvalidError
from asset_tracker.ledger import letters as known
from asset_tracker.territory.collation import ALPHABET, sort_key


def test_letters_take_the_places_that_they_have_elsewhere():
    letters, places = known._UK
    assert letters == ALPHABET
    assert sort_key(letters) == places


@pytest.mark.parametrize("sort", ["", *SORTS, *(f"-{each}" for each in SORTS)])
def test_every_order_can_be_said_to_the_database(sort):
    order = order_of(sort)
    assert all(str(each.compile(dialect=postgresql.dialect())) for each in order.by)


@pytest.mark.parametrize("sort", ["nonsense", "--name", "-"])
def test_there_is_no_other_order(sort):
    if sort == "-":
        assert order_of(sort).value is None
        return
    with pytest.raises(InvalidError):
        order_of(sort)
