"""The table of all jobs, and the worker that does them.

To add a kind: a tagged payload Struct in your package, a function ``async work(run, payload)``, a line in
``KINDS``, and ``jobs.queue.enqueue(conn, payload)`` in the transaction of the change that asks for it.
"""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access.panic import check_may_change
from asset_tracker.assets import bulk_work, due_kept, retention
from asset_tracker.edge import parts
from asset_tracker.errors import UnavailableError
from asset_tracker.field import forgetting
from asset_tracker.imports import tidying
from asset_tracker.imports import work as imports
from asset_tracker.jobs.kinds import Every, Kind
from asset_tracker.jobs.worker import Worker
from asset_tracker.ledger import counts
from asset_tracker.mail.outbox import SendMail, send_letters
from asset_tracker.notices import ordered, telling, webhooks
from asset_tracker.reports import making, subscriptions
from asset_tracker.settings import Settings

KINDS: Final[tuple[Kind, ...]] = (
    bulk_work.KIND,
    bulk_work.TIDY,
    imports.KIND,
    tidying.KIND,
    forgetting.KIND,
    counts.KIND,
    due_kept.KIND,
    retention.KIND,
    parts.KIND,
    telling.AT_ONCE,
    telling.DAILY,
    telling.LETTER,
    ordered.KIND,
    webhooks.FEED,
    webhooks.SEND,
    webhooks.FORGET,
    subscriptions.KIND,
    making.KIND,
    making.TIDY,
    Kind(payload=SendMail, work=send_letters, when=Every(timedelta(minutes=1))),
)


async def work(engine: AsyncEngine, settings: Settings, stop: asyncio.Event) -> None:
    """Do jobs until ``stop``."""
    await Worker(engine, settings, KINDS, read_only).run(stop)


async def read_only(conn: AsyncConnection) -> bool:
    """Whether the system was made read-only: jobs wait until that is over."""
    try:
        await check_may_change(conn)
    except UnavailableError:
        return True
    return False
