"""Packing lists and lists of assets: rows become registrations and descriptions in the ledger."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.imports import recorded, writing
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kind import Tally
from asset_tracker.imports.known import Item, Known, wanted
from asset_tracker.imports.line import Line, Municipalities, ProgrammeRef
from asset_tracker.imports.lines import LineReader
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.own_fields import vocabulary_with
from asset_tracker.imports.plan import Planner
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.shares import shares_for
from asset_tracker.imports.views import BatchView, Choices, ConsignmentPlan, KindKey
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.imports.words import Words
from asset_tracker.territory.queries import municipality_index


class AssetTally(Tally):
    """What comes in: its worth, the consignments and municipalities it is for."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known
        self.values: dict[str, Decimal] = {}
        self.consignments: dict[tuple[UUID, str, str], int] = {}
        self.municipalities: set[str] = set()

    def add(self, item: Item) -> None:
        """Count a row, and what it brings."""
        super().add(item)
        facts = item.facts
        if item.action != "create" or facts is None:
            return
        self.municipalities.add(facts.municipality)
        if facts.unit_price is not None and facts.currency:
            worth = facts.unit_price * facts.quantity
            self.values[facts.currency] = self.values.get(facts.currency, Decimal(0)) + worth
        if facts.consignment:
            key = (facts.programme, facts.consignment, facts.municipality)
            self.consignments[key] = self.consignments.get(key, 0) + 1

    def more(self) -> dict[str, Any]:
        """Consignments, municipalities and worth."""
        return {
            "consignments": tuple(
                ConsignmentPlan(*key, assets=n, new=self.known.consignment(key[0], key[1]) is None)
                for key, n in self.consignments.items()
            ),
            "municipalities": len(self.municipalities),
            "values": {currency: str(worth) for currency, worth in sorted(self.values.items())},
        }


class AssetPlanning:
    """A packing list being planned."""

    def __init__(
        self,
        conn: AsyncConnection,
        actor: Actor,
        choices: Choices,
        programmes: tuple[ProgrammeRef, ...],
        municipalities: Municipalities,
        fields: Catalogue = Catalogue(),  # noqa: B008 - it is frozen
    ) -> None:
        self.conn, self.actor, self.defaults = conn, actor, choices.defaults
        self.programmes, self.municipalities = programmes, municipalities
        self.planner, self.known = Planner(), Known()
        self.tally: Tally = AssetTally(self.known)
        self.fields, self.vocabulary = fields, vocabulary_with(fields)
        self._asked: set[tuple[UUID, str]] = set()
        self._lacking: Counter[str] = Counter()

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:
        """Which programme, where nothing says so.

        A municipality may be named by rows between the lines, so its column may be missing; a programme may not.
        """
        if "programme" not in mapping.fields() and not self.defaults.programme:
            yield no_programme(mapping)

    def reader(self, mapping: SheetMapping, *, since_1904: bool) -> LineReader:
        return LineReader(
            mapping,
            self.municipalities,
            self.programmes,
            self.defaults,
            since_1904=since_1904,
            vocabulary=self.vocabulary,
            known=self.fields,
        )

    async def learn(self, lines: Sequence[Line]) -> None:
        await recorded.learn(self.conn, self.actor, self.known, wanted(lines), self._asked)

    def judge(self, line: Line) -> Item | None:
        return self._seen(self.planner.judge(line, self.known))

    def finish(self) -> Iterable[Item]:
        for item in self.planner.finish(self.known):
            yield self._seen(item) or item

    def _seen(self, item: Item | None) -> Item | None:
        """Count the required fields that something new comes without."""
        if item is not None and item.action == "create" and item.facts is not None:
            lacking = self.fields.missing(item.facts.category, item.facts.attributes)
            self._lacking.update(each.key for each in lacking)
        return item

    def aftermath(self) -> Iterator[Problem]:
        """Packing lists that serve several municipalities, with the consignments made of them; what is lacking."""
        for key, n in self._lacking.items():
            field = self.fields.attributes[key]
            yield Place(sheet="", field=key).problem(
                "warning",
                "required-field",
                "%(n)s new assets come without the required field “%(field)s”; they will be listed as due.",
                n=n,
                field={"uk": field.name_uk, "en": field.name_en},
            )
        for number, others in self.planner.split.items():
            yield Place(sheet="", field="consignment").problem(
                "warning",
                "split-consignment",
                "The consignment %(number)s serves several municipalities; each of them gets its own: %(others)s.",
                number=number,
                others=", ".join(sorted(others)[:5]),
            )


def no_programme(mapping: SheetMapping) -> Problem:
    """The question for the programme of a sheet that names none."""
    return Place(sheet=mapping.name, row=mapping.header_row, field="programme").problem(
        "question",
        "no-programme-column",
        "No column names the programme. Which one is it?",
        expected="a programme for the whole file, or a column with its code",
    )


class AssetKind:
    """Packing lists and lists of assets."""

    key: ClassVar[KindKey] = "assets"
    label: ClassVar[str] = "Assets"
    hint: ClassVar[str] = "a packing list, or a list of assets with their tags or serial numbers"
    vocabulary: ClassVar[Vocabulary] = ASSETS
    telling: ClassVar[tuple[frozenset[str], ...]] = (frozenset(),)
    words: ClassVar[Mapping[str, Words]] = {}

    def may(self, actor: Actor) -> bool:
        return may(actor, "import.manage")

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> AssetPlanning:
        await shares_for(conn, choices.defaults.shares)  # told before anything is planned
        programmes = await recorded.programmes_for(conn, actor)
        fields = await get_catalogue(conn)
        return AssetPlanning(conn, actor, choices, programmes, await municipality_index(conn), fields)

    async def write(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:
        await writing.AssetWriter(conn, actor, batch, operation).run()

    async def undo(self, conn: AsyncConnection, actor: Actor, batch: BatchView) -> None:
        await writing.take_back(conn, actor, batch)
