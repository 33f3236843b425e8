"""Settings: everything that is set up once, on one page, each with where it stands."""

from typing import Final, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.edge.who import AnyRequest
from asset_tracker.programmes.queries import ProgrammeView, list_programmes
from asset_tracker.programmes.rules import RuleView, list_rules
from asset_tracker.web.pages import page


class Setting(NamedTuple):
    """One thing to set up. ``text`` and ``hint`` are msgids; who has the permission sees it."""

    href: str
    text: str
    hint: str
    icon: str
    permission: Permission


GROUPS: Final[tuple[tuple[str, tuple[Setting, ...]], ...]] = (
    (
        "What is given, and by whom",
        (
            Setting(
                "/parties",
                "Parties",
                "Donors, implementers, councils, suppliers and carriers.",
                "party",
                "programme.manage",
            ),
            Setting(
                "/programmes",
                "Programmes",
                "Grant agreements, with who pays what share.",
                "programme",
                "programme.manage",
            ),
            Setting(
                "/settings/rules",
                "Rules of donors and the state",
                "What must be verified, filled in, published or agreed to, and by when.",
                "act",
                "programme.manage",
            ),
            Setting(
                "/settings/fields",
                "Categories and their fields",
                "What is asked about a tablet, a vehicle or a category of your own.",
                "note",
                "settings.manage",
            ),
            Setting(
                "/rates",
                "Exchange rates",
                "What reports convert amounts with.",
                "report",
                "programme.manage",
            ),
            Setting(
                "/labels/stock",
                "Sheets and rolls",
                "The sheets and rolls that labels are printed on.",
                "label",
                "label.print",
            ),
        ),
    ),
    (
        "Who may do what",
        (
            Setting(
                "/people",
                "People",
                "Who may log in, with which roles, over what and until when.",
                "person",
                "user.manage",
            ),
            Setting(
                "/devices", "Phones", "The phones that record in the field.", "laptop", "consignment.manage"
            ),
            Setting(
                "/sensitivity",
                "Sensitivity of places",
                "How precisely donors see where equipment is.",
                "place",
                "programme.manage",
            ),
            Setting(
                "/records",
                "Access record",
                "Who was shown personal data, and what changed about who can log in.",
                "key",
                "record.read",
            ),
        ),
    ),
    (
        "How the system works",
        (
            Setting(
                "/settings/mail",
                "Mail",
                "The server that sends letters, and a test letter.",
                "export",
                "settings.manage",
            ),
            Setting(
                "/webhooks",
                "Webhooks",
                "Programs elsewhere that are told of events, and the log of what was sent.",
                "next",
                "settings.manage",
            ),
            Setting(
                "/map#areas",
                "Borders on the map",
                "Oblasts, raions and municipalities as GeoJSON.",
                "place",
                "territory.manage",
            ),
            Setting(
                "/settings/keys",
                "Keys of the journal",
                "The public keys that checkpoints are signed with, and the last checkpoint.",
                "key",
                "settings.manage",
            ),
        ),
    ),
)


@get("/settings")
async def home(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[str]:
    require(actor, "programme.manage")
    groups = [(text, [each for each in settings if may(actor, each.permission)]) for text, settings in GROUPS]
    return page(
        request,
        "settings/home.html",
        section="settings",
        groups=[(text, settings) for text, settings in groups if settings],
    )


@get("/settings/rules")
async def rules(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    """The programmes with their rules; each programme's own page changes them."""
    require(actor, "programme.manage")
    known = await list_programmes(conn, actor)
    found = await list_rules(conn, actor)
    counts = {each.id: sum(_holds(rule, each) for rule in found) for each in known}
    return page(request, "settings/rules.html", section="settings", programmes=known, counts=counts)


def _holds(rule: RuleView, programme: ProgrammeView) -> bool:
    """Whether a rule holds in a programme: its own, one of its donors', or everybody's."""
    if rule.programme:
        return rule.programme == programme.id
    return rule.donor is None or rule.donor in {share.donor for share in programme.shares}


ROUTES = (home, rules)
