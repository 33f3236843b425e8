"""Lines of the access record in words."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.records import RecordView
from asset_tracker.web.record_subjects import line_of

ANNA, PROGRAMME, RULE = (UUID(int=n) for n in (7, 8, 9))
NAMES = {ANNA: "Анна", PROGRAMME: "PROSTO"}


@pytest.mark.parametrize(
    ("subject", "reason", "told", "href", "why"),
    [
        (f"user {ANNA}", "+ coordinator", "Обліковий запис: Анна", f"/people/{ANNA}", "+ Координатор"),
        (f"user {RULE}", "", "Обліковий запис", f"/people/{RULE}", ""),
        ("asset 7K3M-9QXV", "correction", "Актив: 7K3M-9QXV", "/a/7K3M-9QXV", "Виправлення запису"),
        (
            f"rule {RULE}: {PROGRAMME} laptop",
            "secret, 5 days",
            "Правило: PROSTO Ноутбук",
            "",
            "Таємно: показано лише область, на 5 днів пізніше",
        ),
        (f"rule {RULE}", "ended", "Правило", "", "Правило скасовано."),
        ("5 values", "a letter", "5 значень", "", "a letter"),
        (
            f"party {ANNA}",
            "name_uk: Sida → Сіда; nothing",
            "Сторона: Анна",
            "",
            "Назва українською: Sida → Сіда; nothing",
        ),
        ("programme PROSTO", f"+ technician {PROGRAMME}", "Програма: PROSTO", "", "+ Технік PROSTO"),
    ],
)
def test_codes_are_told_in_words(subject, reason, told, href, why):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    row = RecordView(
        id=1, at=at, actor_id=COMMAND_LINE.id, actor="x", act="revealed", subject=subject, reason=reason
    )
    line = line_of("uk", row, NAMES)
    assert (line.who, line.subject, line.href, line.reason) == ("Командний рядок", told, href, why)
