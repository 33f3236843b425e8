"""The command line. Sub-commands are imported when they are used, so that it starts at once.

Exit status: 0 done, 1 the input has problems (listed), 2 wrong usage, 3 the system failed.
It speaks English, as its options do; ``--lang`` of a command is the language of what it makes.
"""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from asset_tracker import collector
from asset_tracker.errors import AssetTrackerError, InvalidError, UnavailableError
from asset_tracker.settings import SettingsError

# A folder that is not there, a file that may not be written, a disk that is full.
_PLACES: Final = frozenset(
    (
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
    )
)
DONE, PROBLEMS, USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

# name: (module under asset_tracker.cli that defines ``command``, what it does)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "serve": ("serve", "Serve the web pages and the API."),
    "worker": ("worker", "Do the jobs: imports, mails, what recurs."),
    "db": ("db", "Look after the database."),
    "files": ("files", "Look after photos, scans and other stored files."),
    "demo": ("demo", "Load the demonstration data and show its log-ins."),
    "import": ("imports", "Import a packing list or a list of assets."),
    "labels": ("labels", "Print labels: PDF, ZPL, SVG or PNG."),
    "ledger": ("ledger", "Seal the ledger, check it, and hand it out."),
    "report": ("report", "Make a report about a municipality or a programme."),
    "field": ("fields", "Define the fields that categories have of their own."),
    "user": ("user", "Look after the people who may log in."),
    "panic": ("panic", "End all sessions and tokens, and make the system read-only."),
    "api": ("api", "Ask the API from the shell, without a server."),
    "due": ("due", "Tell what is due or overdue, by whose rule."),
    "territory": ("territory", "Look after the list of municipalities."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"asset_tracker.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a promise between our own modules
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asset-tracker")
def group() -> None:
    """What was given, where it is, whether it works, and who signed for it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The ``asset-tracker`` command; ends the process with one of the statuses above."""
    if arguments is None:  # a process of our own
        collector.seldom()
    sys.exit(_status(arguments))


def _status(arguments: Sequence[str] | None) -> int:
    try:
        status = group.main(args=arguments, prog_name="asset-tracker", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return PROBLEMS
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain once more while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except AssetTrackerError as error:
        return _tell(error)
    except Exception as error:  # noqa: BLE001 - the last resort of the process: told in full, and status 3
        _tell_fault(error)
        return FAILED
    return status if isinstance(status, int) else DONE


def _tell_fault(error: Exception) -> None:
    from asset_tracker.db.outage import is_outage, is_refusal

    if is_refusal(error) or is_outage(error):
        refused = "refuses" if is_refusal(error) else "does not answer"
        cause = getattr(error, "orig", None) or error
        click.echo(f"Error: The database {refused}: {cause}", err=True)
        click.echo(
            "  ASSET_TRACKER_DATABASE_URL names it; see whether it runs and lets this log-in in.", err=True
        )
    elif isinstance(error, OSError) and error.errno in _PLACES:
        click.echo(f"Error: {error.filename or 'writing'}: {error.strerror}", err=True)
    else:
        traceback.print_exc()


def _tell(error: AssetTrackerError) -> int:
    click.echo(f"Error: {error}", err=True)
    if isinstance(error, InvalidError):
        for problem in error.errors:
            message = problem.message % problem.params if problem.params else problem.message
            expected = f" (expected: {problem.expected})" if problem.expected else ""
            click.echo(f"  {problem.field}: {message}{expected}", err=True)
    if isinstance(error, SettingsError):
        return USAGE
    return FAILED if isinstance(error, UnavailableError) else PROBLEMS
