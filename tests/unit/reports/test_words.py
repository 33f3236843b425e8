"""Every code that the ledger knows has a word here, in both languages."""

from asset_tracker.i18n import gettext
from asset_tracker.ledger import values
from asset_tracker.ledger.events import KINDS
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.programmes.words import ACTIVITY_KINDS
from asset_tracker.reports import words

TABLES = (
    words.CATEGORY,
    words.STAGE,
    words.CONDITION,
    words.TITLE,
    words.PLACE,
    words.GONE,
    words.LOSS,
    words.OUTCOME,
    words.DETAIL,
    KIND_TITLES,
    words.SUPPORT,
    words.STEP,
    words.FINDING,
    words.FINDING_SHORT,
)


def test_every_code_has_a_word():
    assert set(words.CATEGORY) == set(values.CATEGORIES)
    assert set(words.STAGE) == set(values.STAGES)
    assert set(words.CONDITION) == set(values.CONDITIONS)
    assert set(words.TITLE) == set(values.TITLES)
    assert set(words.PLACE) == set(values.get_args(values.PlaceKind))
    assert set(words.GONE) == set(values.GONE_REASONS)
    assert set(KIND_TITLES) == set(KINDS)
    assert set(words.SUPPORT) == set(ACTIVITY_KINDS)
    assert set(words.FINDING_SHORT) == set(words.FINDING)


def test_every_word_is_translated():
    untranslated = [text for table in TABLES for text in table.values() if gettext("uk", text) == text]
    assert untranslated == []
