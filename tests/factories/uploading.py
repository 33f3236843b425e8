"""A file sent and planned in one transaction, a test's own; edges do it in several (``edge.importing``)."""

from io import BytesIO

from asset_tracker.imports import service
from asset_tracker.imports.views import Choices


async def upload(conn, storage, actor, name, data, choices=None):
    async with conn.begin_nested():  # the test goes on where a file is refused
        sent = await service.keep(conn, storage, name, BytesIO(data))
        batch = await service.receive(conn, actor, sent, choices or Choices())
        async with service.opened(storage, batch) as book:
            return await service.plan_batch(conn, actor, batch.id, book, batch.choices)
