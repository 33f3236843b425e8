"""A worker in a process of its own, to be killed: DATABASE_URL and a folder to leave traces in."""

import asyncio
import os
import sys
import time
from pathlib import Path

import msgspec

from asset_tracker.db.engine import make_engine
from asset_tracker.jobs.kinds import Kind
from asset_tracker.jobs.worker import Worker
from asset_tracker.ledger.ids import uuid7
from asset_tracker.settings import Settings


class Slow(msgspec.Struct, frozen=True, kw_only=True, tag="slow"):
    name: str


class Deadly(msgspec.Struct, frozen=True, kw_only=True, tag="deadly"):
    pass


def wait_for(path):
    while not path.exists():
        time.sleep(0.02)


def kinds(folder):
    async def slow(run, payload):
        if await run.once("mail"):
            with (folder / "mails").open("a") as mails:
                mails.write(f"{payload.name}\n")
        (folder / f"begun-{run.tries}").touch()
        await asyncio.to_thread(wait_for, folder / "go")
        async with run.last() as conn:
            await conn.exec_driver_sql(
                "INSERT INTO import_mapping (name, answers, saved_by) VALUES ($1, '{}', $2)",
                (f"{payload.name}-{uuid7()}", uuid7()),
            )

    async def deadly(run, payload):
        del payload
        (folder / f"deadly-{run.tries}").touch()
        os._exit(9)

    return (Kind(payload=Slow, work=slow), Kind(payload=Deadly, work=deadly, tries=2))


async def main(url, folder):
    engine = make_engine(url)
    settings = Settings(data_dir=folder, storage_url=folder.as_uri(), base_url="http://127.0.0.1:8000")
    await Worker(engine, settings, kinds(folder)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
