"""The kinds of tables that can be imported, and which of them a file is."""

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.errors import ForbiddenError
from asset_tracker.imports.kind import Kind
from asset_tracker.imports.kinds.assets import AssetKind
from asset_tracker.imports.kinds.consignments import ConsignmentKind
from asset_tracker.imports.kinds.events import EventKind
from asset_tracker.imports.kinds.needs import NeedKind
from asset_tracker.imports.kinds.parties import PartyKind
from asset_tracker.imports.kinds.points import PointKind
from asset_tracker.imports.kinds.population import PopulationKind
from asset_tracker.imports.kinds.programmes import ProgrammeKind
from asset_tracker.imports.kinds.users import UserKind
from asset_tracker.imports.kinds.verifications import VerificationKind
from asset_tracker.imports.own_fields import vocabulary_with
from asset_tracker.imports.survey import Source, heading_score, heads
from asset_tracker.imports.views import KindKey
from asset_tracker.imports.vocabulary import Vocabulary

KINDS: tuple[Kind, ...] = (
    AssetKind(),
    ConsignmentKind(),
    PointKind(),
    PartyKind(),
    ProgrammeKind(),
    PopulationKind(),
    NeedKind(),
    UserKind(),
    EventKind(),
    VerificationKind(),
)
BY_KEY: dict[KindKey, Kind] = {kind.key: kind for kind in KINDS}
# A list of another kind must be so by this many headings more than it would be a list of assets.
_CLEARLY = 0.5


def kind_for(actor: Actor, key: KindKey) -> Kind:
    """The kind of this key. Raises ForbiddenError where the actor may not import such tables."""
    kind = BY_KEY.get(key)
    if kind is None or not kind.may(actor):
        raise ForbiddenError
    return kind


def kinds_for(actor: Actor) -> tuple[Kind, ...]:
    """The kinds that the actor may import."""
    return tuple(kind for kind in KINDS if kind.may(actor))


async def vocabulary_of(conn: AsyncConnection, key: KindKey) -> Vocabulary:
    """The fields of a kind of table today; a list of assets has those that categories have of their own."""
    return vocabulary_with(await get_catalogue(conn)) if key == "assets" else BY_KEY[key].vocabulary


def guess_kind(source: Source, actor: Actor) -> Kind:
    """The kind whose fields most headings of the file name, among those the actor may import; assets in doubt.

    Raises ForbiddenError for one who may import nothing.
    """
    allowed = kinds_for(actor)
    if not allowed:
        raise ForbiddenError
    best, most = allowed[0], -1.0
    first = heads(source)
    for kind in allowed:
        score = heading_score(first, kind.vocabulary, kind.telling)
        if score > most + (_CLEARLY if best.key == "assets" and most >= 0 else 0):
            best, most = kind, score
    return best
