"""A small hour after a blackout; ``tests/bench/blackout.py`` is the whole one."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.pool import NullPool

from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.edge import admission
from asset_tracker.files.tables import file
from factories.blackout import blackout, photo_maker, set_the_scene
from factories.served import served
from factories.siege import recorded

PHONES, EVENTS, PHOTOS, READERS = 12, 60, 3, 3


async def kept(url, figures):
    engine = make_engine(url, poolclass=NullPool)
    async with transaction(engine) as conn:
        photos = set(await conn.scalars(select(file.c.sha256).where(file.c.sha256.in_(figures.photos))))
    events = await recorded(engine, figures.events)
    await engine.dispose()
    return events, photos


@pytest.mark.parametrize("patience", [admission.PATIENCE, 0.15], ids=["patient", "impatient"])
def test_nothing_is_lost_and_nobody_is_answered_an_error(
    new_database, tmp_path_factory, monkeypatch, patience
):
    monkeypatch.setattr(admission, "PATIENCE", patience)
    url = new_database()
    with served(url, tmp_path_factory.mktemp("data"), lambda conn: set_the_scene(conn, PHONES)) as (
        at,
        scene,
    ):
        figures = asyncio.run(
            blackout(at, scene, events=EVENTS, photos=PHOTOS, readers=READERS, pictures=photo_maker(640, 480))
        )
    events, photos = asyncio.run(kept(url, figures))
    assert figures.wrong == []
    assert len(figures.events) == PHONES * EVENTS
    assert len(figures.photos) == PHONES * PHOTOS
    assert events == (figures.events, len(figures.events))
    assert photos == figures.photos
    assert {status for _, status in figures.statuses} <= {200, 201, 429, 503}
    assert figures.statuses["reading", 200] >= READERS
