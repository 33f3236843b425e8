"""Figures that the database knows, asked when somebody looks: gauges for Prometheus.

How many different ones there are is bounded: kinds of facts, states, and a hundred phones at most, by their ids.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access import devices
from asset_tracker.backups import upkeep
from asset_tracker.db.engine import transaction
from asset_tracker.jobs import queue
from asset_tracker.ledger.standing import standing
from asset_tracker.mail import outbox

DATABASE: Final = Gauge("asset_tracker_database_up", "1 while the database answers.")
RECORDED: Final = Gauge(
    "asset_tracker_events_last_hour", "Events recorded in the last hour, on whatever way, by kind.", ("kind",)
)
CHECKPOINT: Final = Gauge("asset_tracker_checkpoint_age_seconds", "How old the last signed checkpoint is.")
SEALED: Final = Gauge("asset_tracker_checkpoint_events", "Events under the last signed checkpoint.")
UNSEALED: Final = Gauge(
    "asset_tracker_unsealed_events", "Events recorded since the last checkpoint, or while sealing fails."
)
UNSEALED_FOR: Final = Gauge(
    "asset_tracker_unsealed_oldest_seconds", "How long the first event that is not sealed has waited."
)
QUARANTINE: Final = Gauge("asset_tracker_quarantine", "Facts in quarantine that nobody has looked at.")
QUARANTINE_FOR: Final = Gauge(
    "asset_tracker_quarantine_oldest_seconds", "How long the first fact in quarantine has waited."
)
JOBS: Final = Gauge("asset_tracker_jobs", "Jobs outside of requests, by how they stand.", ("state",))
OLDEST_JOB: Final = Gauge(
    "asset_tracker_jobs_oldest_seconds", "How long the oldest job has waited that could run."
)
WORKERS: Final = Gauge("asset_tracker_workers", "Workers that do jobs.")
MAIL: Final = Gauge("asset_tracker_mail", "Letters, waiting or given up during the last day.", ("state",))
MAIL_FOR: Final = Gauge(
    "asset_tracker_mail_oldest_seconds", "How long the first letter that waits has done so."
)
DEVICES: Final = Gauge(
    "asset_tracker_devices", "Phones in use, by when facts came from them the last time.", ("seen",)
)
DEVICES_BEHIND: Final = Gauge(
    "asset_tracker_devices_behind", "Phones in use of which numbered facts did not arrive."
)
DEVICE_SEEN: Final = Gauge(
    "asset_tracker_device_seen_seconds",
    "How long ago a phone sent something, by its id: those with facts to come and the longest silent, 100 at most.",
    ("device",),
)
DEVICE_TO_COME: Final = Gauge(
    "asset_tracker_device_events_to_come",
    "Facts that a phone has numbered and that did not arrive, by its id; the same phones.",
    ("device",),
)
UPKEEP: Final = Gauge(
    "asset_tracker_upkeep_age_seconds",
    "How long ago a backup was made, one was tried out, or the whole ledger was verified, by what; absent if never.",
    ("what",),
)
SHOWN_DEVICES: Final = 100
PATIENCE: Final = (
    5.0  # seconds for all of it: who watches gives up after ten, and would not hear that it is down
)


class Gauges:
    """Everything above. What cannot be asked is taken away rather than left at what it was."""

    _LABELLED = (RECORDED, JOBS, MAIL, DEVICES, DEVICE_SEEN, DEVICE_TO_COME, UPKEEP)
    _SINGLE = (
        *(CHECKPOINT, SEALED, UNSEALED, UNSEALED_FOR, QUARANTINE, QUARANTINE_FOR, OLDEST_JOB, WORKERS),
        *(MAIL_FOR, DEVICES_BEHIND),
    )

    async def ask(self, engine: AsyncEngine) -> None:
        """Ask the database anew; NaN and nothing while it does not answer."""
        for gauge in self._LABELLED:
            gauge.clear()
        for gauge in self._SINGLE:
            gauge.set(float("nan"))
        DATABASE.set(0)
        try:
            async with asyncio.timeout(PATIENCE), transaction(engine) as conn:
                for ask in _QUESTIONS:
                    await ask(conn)
        except (SQLAlchemyError, OSError):  # the other figures are wanted then all the more
            return
        DATABASE.set(1)


async def _ledger(conn: AsyncConnection) -> None:
    found = await standing(conn)
    CHECKPOINT.set(found.age)
    SEALED.set(found.size)
    UNSEALED.set(found.unsealed)
    UNSEALED_FOR.set(found.unsealed_for)
    QUARANTINE.set(found.waiting)
    QUARANTINE_FOR.set(found.waiting_for)
    for kind, count in found.kinds.items():
        RECORDED.labels(kind).set(count)


async def _jobs(conn: AsyncConnection) -> None:
    depth = await queue.depth(conn)
    JOBS.labels("waiting").set(depth.waiting)
    JOBS.labels("failed").set(depth.failed)
    WORKERS.set(depth.workers)
    OLDEST_JOB.set(depth.oldest)


async def _mail(conn: AsyncConnection) -> None:
    depth = await outbox.depth(conn)
    MAIL.labels("waiting").set(depth.waiting)
    MAIL.labels("given_up").set(depth.given_up)
    MAIL_FOR.set(depth.oldest)


async def _devices(conn: AsyncConnection) -> None:
    crowd = await devices.crowd(conn)
    for seen, count in crowd.seen.items():
        DEVICES.labels(seen).set(count)
    DEVICES_BEHIND.set(crowd.behind)
    for device, seconds, to_come in await devices.figures(conn, SHOWN_DEVICES):
        DEVICE_SEEN.labels(device).set(seconds)
        DEVICE_TO_COME.labels(device).set(to_come)


async def _upkeep(conn: AsyncConnection) -> None:
    for what, age in (await upkeep.ages(conn)).items():
        UPKEEP.labels(what).set(age)


_QUESTIONS: Final[tuple[Callable[[AsyncConnection], Awaitable[None]], ...]] = (
    _ledger,
    _jobs,
    _mail,
    _devices,
    _upkeep,
)
