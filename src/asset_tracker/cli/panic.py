"""``asset-tracker panic``: the emergency brake."""

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access import panic
from asset_tracker.cli.common import run
from asset_tracker.db.engine import transaction


@click.command()
@click.option("--over", is_flag=True, help="Let the system be changed again. Everybody logs in anew.")
def command(*, over: bool) -> None:
    """End all sessions, API tokens and links at once, revoke all phones, and make the system read-only."""

    async def begin(engine: AsyncEngine) -> panic.Ended:
        async with transaction(engine) as conn:
            return await panic.begin(conn)

    async def release(engine: AsyncEngine) -> bool:
        async with transaction(engine) as conn:
            return await panic.over(conn)

    if over:
        was = run(release)
        click.echo("The system may be changed again." if was else "The system was not read-only.")
        return
    ended = run(begin)
    click.echo(
        f"Ended {ended.sessions} sessions, {ended.tokens} tokens and {ended.links + ended.centres} links."
    )
    click.echo(f"Revoked {ended.devices} phones.")
    click.echo("The system is read-only until: asset-tracker panic --over")
