"""``asset-tracker demo``: the demonstration data, and who may log in to look at it."""

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.demo.build import build
from asset_tracker.demo.people import PEOPLE, password
from asset_tracker.files.storage import Storage


@click.command()
def command() -> None:
    """Load the demonstration data, unless it is there, and show its log-ins.

    It wants a database without programmes of your own.
    """
    settings = load_settings()
    secret_key = settings.secret_key or ""
    console = Console(highlight=False)

    async def work(engine: AsyncEngine) -> bool:
        async with transaction(engine) as conn:
            storage = Storage.open(settings.storage_url)
            return await build(conn, storage, secret_key=secret_key, base_url=settings.base_url)

    console.print("Demonstration data ...", end=" ")
    made = run(work, settings)
    console.print("[green]loaded[/green]" if made else "[green]there[/green]")
    console.print(_log_ins(secret_key))


def _log_ins(secret_key: str) -> Table:
    table = Table(
        title="Log-ins of the demonstration (data and people are invented where no figure is known)"
    )
    for heading in ("role", "e-mail", "password"):
        table.add_column(heading)
    for person in PEOPLE:
        table.add_row(person.role, person.email, password(secret_key, person))
    return table
