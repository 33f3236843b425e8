"""``asset-tracker due``: what is due or overdue, by whose rule."""

import sys
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.cli.common import run
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DUE_KINDS, DueFilter, DueItem, DueKind
from asset_tracker.db.engine import transaction
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.queries import programme_by_code


@click.command()
@click.option("--rule", type=click.Choice(DUE_KINDS), help="Only what is due by this kind of rule.")
@click.option("--programme", metavar="CODE", help="Only of this programme.")
@click.option("--municipality", metavar="KATOTTH", help="Only of this municipality.")
@click.option("--days", type=click.IntRange(0, 3660), default=due.SOON_DAYS, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
def command(
    rule: DueKind | None, programme: str | None, municipality: str | None, days: int, *, as_json: bool
) -> None:
    """What is due within so many days or overdue, the oldest first."""

    async def work(engine: AsyncEngine) -> list[DueItem]:
        async with transaction(engine) as conn:
            chosen: UUID | None = None
            if programme:
                chosen = (await programme_by_code(conn, COMMAND_LINE, programme)).id
            wanted = DueFilter(rule=rule, programme=chosen, municipality=municipality, days=days)
            found: list[DueItem] = []
            after: str | None = None
            while True:
                page = await due.list_due(conn, COMMAND_LINE, wanted, after=after, limit=due.MAX_PAGE)
                found += page.items
                after = page.next
                if after is None:
                    return found

    items = run(work)
    if as_json:
        sys.stdout.write(msgspec.json.encode(items).decode() + "\n")
        return
    Console(highlight=False).print(_table(items) if items else "Nothing is due.")


def _table(items: list[DueItem]) -> Table:
    table = Table()
    for heading in ("due", "rule", "what", "municipality", "source"):
        table.add_column(heading)
    for item in items:
        what = f"{format_tag(item.tag)} {item.name_uk}" if item.tag else item.name_uk
        rule = f"{item.rule} ({item.detail})" if item.detail else item.rule
        day = f"[red]{item.due_on}[/red]" if item.overdue else str(item.due_on)
        table.add_row(day, rule, what, item.municipality_uk or "", item.source)
    return table
