"""Support that was not a thing: training, psychological support, a repair, services gone live [pure].

Published: some 2,500 municipal employees trained, more than 250 given psychological support. How they are
spread over the municipalities is ours.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from asset_tracker.demo.batches import HOSTOMEL, beneficiaries
from asset_tracker.demo.fixed import between, fixed_id
from asset_tracker.demo.people import EGA, PROSTO
from asset_tracker.demo.turns import GO_LIVE, TRAINED
from asset_tracker.programmes.service import NewActivity

EMPLOYEES_TRAINED: Final = 2_500
SUPPORTED: Final = 252


def activities() -> Iterator[tuple[UUID, NewActivity]]:
    """All of them with their ids."""
    codes = sorted({code for number, codes in beneficiaries().items() if number <= 10 for code in codes})
    yield from _training(codes)
    yield from _psychological_support(codes)
    yield from _video_consultations()
    yield (
        fixed_id("activity", "queue"),
        NewActivity(
            programme=PROSTO,
            municipality=HOSTOMEL,
            kind="technical_assistance",
            title_uk="Ремонт електронної черги після бойових дій",
            title_en="Repair of the electronic queue after the fighting",
            starts_on=date(2022, 11, 7),
            ends_on=date(2022, 11, 9),
        ),
    )


def _training(codes: list[str]) -> Iterator[tuple[UUID, NewActivity]]:
    each, over = divmod(EMPLOYEES_TRAINED, len(codes))
    for place, code in enumerate(codes):
        people = each + (place < over)
        men = between(1, 3, "men", code)
        day = date(2023, 2, 6) + timedelta(days=between(0, 600, "training", code))
        yield (
            fixed_id("activity", "training", code),
            NewActivity(
                programme=PROSTO,
                municipality=code,
                kind="training",
                title_uk="Навчання працівників ЦНАП",
                title_en="Training of the centre’s staff",
                starts_on=day,
                ends_on=day + timedelta(days=2),
                women=people - men,
                men=men,
            ),
        )


def _psychological_support(codes: list[str]) -> Iterator[tuple[UUID, NewActivity]]:
    chosen = codes[::8][:21]
    for code in chosen:
        day = date(2023, 5, 15) + timedelta(days=between(0, 300, "support", code))
        yield (
            fixed_id("activity", "support", code),
            NewActivity(
                programme=PROSTO,
                municipality=code,
                kind="psychological_support",
                title_uk="Психологічна підтримка працівників",
                title_en="Psychological support of staff",
                starts_on=day,
                ends_on=day + timedelta(days=28),
                women=SUPPORTED // len(chosen) - 1,
                men=1,
            ),
        )


def _video_consultations() -> Iterator[tuple[UUID, NewActivity]]:
    for code, day in GO_LIVE.items():
        women, men = TRAINED[code]
        yield (
            fixed_id("activity", "video", code),
            NewActivity(
                programme=EGA,
                municipality=code,
                kind="training",
                title_uk="Навчання: відеоконсультації для мешканців і переселенців",
                title_en="Training: video consultations for residents and displaced people",
                starts_on=day - timedelta(days=41),
                ends_on=day - timedelta(days=40),
                women=women,
                men=men,
            ),
        )
        yield (
            fixed_id("activity", "live", code),
            NewActivity(
                programme=EGA,
                municipality=code,
                kind="go_live",
                title_uk="Початок відеоконсультацій",
                title_en="Video consultations started",
                starts_on=day,
                ends_on=day,
            ),
        )
