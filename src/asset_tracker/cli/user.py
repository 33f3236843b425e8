"""``asset-tracker user``: accounts, what they may do, and API tokens."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker import kyiv
from asset_tracker.access import tokens, users
from asset_tracker.access.actors import COMMAND_LINE, ROLES, Grant, Role
from asset_tracker.assets.retention import Expired, erase_expired, expired
from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import LANGS, Lang
from asset_tracker.programmes.queries import list_parties, programme_by_code
from asset_tracker.territory.codes import parse_code


@click.group(help="Look after the people who may log in.")
def command() -> None:
    pass


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="Name as others see it.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--programme", help="Code of the programme (coordinator, technician).")
@click.option("--area", help="KATOTTH code or the beginning of one, such as UA18 (technician, custodian).")
@click.option("--donor", help="English or Ukrainian name of the donor (donor).")
@click.option("--lang", type=click.Choice(LANGS), default="uk", show_default=True)
@click.password_option(help="Asked for when it is not given; better so, it stays out of the shell's history.")
def add(
    email: str,
    name: str,
    role: Role,
    programme: str | None,
    area: str | None,
    donor: str | None,
    lang: Lang,
    password: str,
) -> None:
    """Add an account for EMAIL with one role and what it reaches."""

    async def work(engine: AsyncEngine) -> UUID:
        async with transaction(engine) as conn:
            grant = await _grant(conn, role, programme, area, donor)
            return await users.add_user(
                conn, COMMAND_LINE, email=email, name=name, password=password, grants=(grant,), lang=lang
            )

    click.echo(f"Added {email} as {role}: {run(work)}")


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Shut the account of EMAIL at once: its sessions and tokens end, its events stay."""

    async def work(engine: AsyncEngine) -> None:
        async with transaction(engine) as conn:
            await users.disable_user(conn, COMMAND_LINE, await users.by_email(conn, email))

    run(work)
    click.echo(f"Disabled {email}.")


@command.command()
@click.argument("email")
def reopen(email: str) -> None:
    """Open the shut account of EMAIL again, with its roles. Its password is forgotten: hand over a new link."""

    async def work(engine: AsyncEngine) -> None:
        async with transaction(engine) as conn:
            await users.reopen_user(conn, COMMAND_LINE, await users.by_email(conn, email))

    run(work)
    click.echo(f"Opened {email} again.")


@command.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, *, yes: bool) -> None:
    """Forget who EMAIL was: shut the account, and erase its name, address and devices. Events stay.

    Where else a person is named, `ledger erase` finds and erases.
    """
    if not yes:
        click.confirm(f"Erase {email} for good?", abort=True)
    settings = load_settings()

    async def work(engine: AsyncEngine) -> int:
        async with transaction(engine) as conn:
            user = await users.by_email(conn, email)
            return await users.erase_user(conn, COMMAND_LINE, user, settings)

    click.echo(f"Erased {email}, and the name of the device in {run(work, settings)} events.")


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="How long it holds [default: until it is revoked]."
)
def token(email: str, name: str, days: int | None) -> None:
    """Make an API token for EMAIL. It is printed once, and kept nowhere."""
    until = datetime.now(UTC) + timedelta(days=days) if days else None

    async def work(engine: AsyncEngine) -> str:
        async with transaction(engine) as conn:
            user = await users.by_email(conn, email)
            return (await tokens.make_token(conn, COMMAND_LINE, name, user=user, expires_at=until)).token

    click.echo(run(work))


@command.command()
@click.option("--dry-run", is_flag=True, help="List what would be erased, and erase nothing.")
def retention(*, dry_run: bool) -> None:
    """Erase what events say of people once a programme's time is over (its rule "Records are kept").

    The worker does this each night. Events, chain and proofs stay.
    """

    async def work(engine: AsyncEngine) -> list[Expired]:
        async with transaction(engine) as conn:
            day = kyiv.today()
            return await (expired(conn, day) if dry_run else erase_expired(conn, day))

    found = run(work)
    for each in found:
        click.echo(f"{each.programme_code}: ended {each.ended_on}, kept for {each.months} months")
        for mention in each.mentions if dry_run else ():
            click.echo(f"  event {mention.event}  asset {mention.asset}  {mention.field}")
    values = sum(len(each.mentions) for each in found)
    click.echo(f"{'Would erase' if dry_run else 'Erased'} {values} values.")


async def _grant(
    conn: AsyncConnection, role: Role, programme: str | None, area: str | None, donor: str | None
) -> Grant:
    found = await programme_by_code(conn, COMMAND_LINE, programme) if programme else None
    return Grant(
        role=role,
        programme=found.id if found else None,
        area=_area(area) if area else None,
        donor=await _donor(conn, donor) if donor else None,
    )


def _area(text: str) -> str:
    """A whole code is checked; a beginning names an oblast (4 characters) or a raion (6)."""
    beginning = text.strip().upper()
    return beginning if len(beginning) in (4, 6) else parse_code(text, "area")


async def _donor(conn: AsyncConnection, name: str) -> UUID:
    parties = await list_parties(conn, COMMAND_LINE, "donor")
    named = [
        p.id
        for p in parties
        if name.casefold() in (p.name_en.casefold(), p.name_uk.casefold(), (p.short_name or "").casefold())
    ]
    if len(named) != 1:
        known = ", ".join(party.short_name or party.name_en for party in parties)
        raise InvalidError(errors=(FieldError("donor", "There is no such donor.", {}, known or None),))
    return named[0]
