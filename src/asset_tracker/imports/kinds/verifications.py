"""Verification lists: what a campaign expected, with what was found of it, or what was found alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.imports import recorded, values
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kinds.event_lines import name_asset
from asset_tracker.imports.kinds.event_plan import item
from asset_tracker.imports.kinds.event_words import CONDITIONS, USES
from asset_tracker.imports.kinds.event_words import VOCABULARY as EVENTS
from asset_tracker.imports.kinds.events import EventKind, EventPlanning
from asset_tracker.imports.kinds.named_points import NamedPoints, list_points
from asset_tracker.imports.kinds.places import NUMBERING
from asset_tracker.imports.known import Existing, Item
from asset_tracker.imports.line import Line, Municipalities, ProgrammeRef
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.rows import RowReader
from asset_tracker.imports.views import Choices, KindKey
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.territory.queries import municipality_index
from asset_tracker.verifications.queries import in_reach
from asset_tracker.verifications.tables import campaign, campaign_expected

FIELDS: tuple[Field, ...] = (
    Field("campaign", "Verification", "its number, such as V-2026-0001", names_of("інвентаризація|номер інвентаризації|кампанія|перевірка|verification|campaign|verification number|inventory")),
    ASSETS.by_key["tag"],
    ASSETS.by_key["serial"],
    ASSETS.by_key["manufacturer"],
    ASSETS.by_key["programme"],
    ASSETS.by_key["consignment"],
    ASSETS.by_key["line"],
    Field("found", "Found", "yes or no; a list without this column is one of what was found", names_of("знайдено|наявність|наявно|в наявності|є в наявності|результат|виявлено|факт|found|present|result|seen|status|available")),
    Field("occurred_on", "Seen on", "31.12.2024 or 2024-12-31", names_of("дата|дата перевірки|перевірено|дата огляду|час|відскановано|date|seen on|scanned on|checked on|scanned at|time")),
    EVENTS.by_key["condition"],
    EVENTS.by_key["use"],
    EVENTS.by_key["service_point"],
    EVENTS.by_key["notes"],
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *names_of(
        "назва|найменування|модель|категорія|name|model|category|asset|обладнання|місце за реєстром|expected place|кількість|quantity|"
        "стан за реєстром|expected condition|мав бути в стані|підпис|signature|municipality|громада|інвентарний номер"
    ),
)
FOUND = Words(
    {
        "no": "ні|no|не знайден*|відсутн*|немає|нема|нестача|не виявлен*|missing|not found|absent|-|0",
        "yes": "так|yes|знайден*|наявн*|є|виявлен*|found|present|ok|ок|seen|так/yes|v|✓|✔|+|1|x",
    }
)
_MARKS = {"+": "yes", "✓": "yes", "✔": "yes", "☑": "yes", "v": "yes", "x": "yes", "х": "yes", "1": "yes", "true": "yes", "-": "no", "–": "no", "—": "no", "0": "no", "false": "no"}  # fmt: skip


def _found(cell: Any) -> values.Reading:
    written = values.fold(values.shown(cell))
    said = _MARKS.get(written) or FOUND.code(written)
    return values.Reading(said) if said else values.Reading(expected="yes or no")


VOCABULARY = Vocabulary(
    FIELDS,
    skipped=SKIPPED,
    readers={"line": values.whole, "serial": EVENTS.reader("serial"), "found": _found},
    days=("occurred_on",),
    least=1,
)


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in reach, with what it expects."""

    id: UUID
    number: str
    municipality: str
    service_point: UUID | None
    started_on: date
    expected: frozenset[UUID]


class ScanReader(RowReader):
    """Reads the rows of a verification list."""

    identity = ("tag", "serial", "consignment")
    certain = ("tag", "serial")
    alone = frozenset({"tag", "serial", "line", "found"})
    anew = frozenset({"serial", "notes"})

    def __init__(
        self, mapping: SheetMapping, programmes: Programmes, choices: Choices, *, since_1904: bool = False
    ) -> None:
        super().__init__(mapping, VOCABULARY, since_1904=since_1904)
        self.programmes, self.choices = programmes, choices

    def completed(self, line: Line) -> Iterator[Line]:
        """The line as the fact that an asset was seen."""
        fields = line.fields
        name_asset(line, self.programmes, self.choices.defaults)
        for words, field in ((CONDITIONS, "condition"), (USES, "use")):
            words.settle(line, field)
        fields.setdefault("found", "no" if "found" in self.columns else "yes")
        fields.setdefault("campaign", self.choices.defaults.campaign)
        fields.setdefault("occurred_on", self.choices.occurred_on or kyiv.today())
        fields["kind"] = "verified"
        yield line


class ScanPlanning(EventPlanning):
    """A verification list being planned."""

    def __init__(
        self,
        conn: AsyncConnection,
        actor: Actor,
        choices: Choices,
        programmes: tuple[ProgrammeRef, ...],
        municipalities: Municipalities,
        points: NamedPoints,
        campaigns: Sequence[Campaign],
    ) -> None:
        super().__init__(conn, actor, choices, programmes, municipalities, points)
        self.choices = choices
        self.campaigns = {values.fold(each.number): each for each in campaigns}
        self._only = campaigns[0] if len(campaigns) == 1 else None
        self._seen: dict[tuple[UUID, UUID], Line] = {}

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:
        """Which verification, where nothing says so and more than one is open."""
        if "campaign" not in mapping.fields() and not self.defaults.campaign and self._only is None:
            yield Place(sheet=mapping.name, row=mapping.header_row, field="campaign").problem(
                "question",
                "no-campaign",
                "No column names the verification. Which one is it?",
                expected="the number of a verification for the whole file, or a column with it",
            )

    def reader(self, mapping: SheetMapping, *, since_1904: bool) -> Any:
        return ScanReader(mapping, self.programmes, self.choices, since_1904=since_1904)

    def judge(self, line: Line) -> Item | None:
        found = self._asset(line)
        each = self._campaign(line)
        if found is None or each is None or line.blocked:
            return item(line, "problem", found)
        seen = [
            event
            for event in self.planner.events.get(found.id, ())
            if event.kind == "verified" and getattr(event.payload, "campaign", None) == each.id
        ]
        if line.fields["found"] == "no":
            if seen:
                line.say(
                    "warning",
                    "was-seen",
                    "found",
                    "It was seen in this verification, whatever the list says.",
                )
            return item(line, "unchanged", found, kind="verified")
        if (other := self._seen.setdefault((each.id, found.id), line)) is not line:
            line.say("error", "twice-in-file", None, "The same is in row %(row)s of “%(sheet)s” too.", expected="each of them once", row=other.row, sheet=other.sheet)  # fmt: skip
            return item(line, "problem", found)
        if seen:
            return item(line, "unchanged", found, kind="verified")
        if found.id not in each.expected:
            line.say("warning", "unexpected", "tag" if "tag" in line.columns else "serial", "The verification did not expect it there.")  # fmt: skip
        return super().judge(line)

    def told(self, line: Line, kind: str, found: Existing) -> dict[str, Any]:  # noqa: ARG002  # all are sightings
        """Where it was seen: at the point that the list or the verification names, else in its municipality."""
        each = self._campaign(line)
        if each is None:
            return {}
        written = line.fields.get("service_point")
        point = self.points.settle(line, written, each.municipality) if written else None
        told: dict[str, Any] = {"campaign": each.id, "method": "sight"}
        if point_id := point.id if point else each.service_point:
            return told | {"service_point": point_id, "municipality": each.municipality}
        return told if found.municipality == each.municipality else told | {"municipality": each.municipality}

    def aftermath(self) -> Iterable[Problem]:
        return ()

    def _campaign(self, line: Line) -> Campaign | None:
        written = line.fields.get("campaign")
        found = self.campaigns.get(values.fold(written)) if written else self._only
        if found is None and not written:
            if not any(problem.code == "no-campaign" for problem in line.problems):
                line.say("error", "no-campaign", "campaign", "It does not say which verification it is.", expected="the number of a verification")  # fmt: skip
        elif found is None and not any(problem.code == "unknown-campaign" for problem in line.problems):
            line.say("error", "unknown-campaign", "campaign", "There is no such verification.", expected="the number of a verification", suggestion="; ".join(each.number for each in list(self.campaigns.values())[:5]) or None)  # fmt: skip
        if found and line.fields["occurred_on"] < found.started_on and not line.fields.get("told_early"):
            line.fields["told_early"] = True
            line.say("warning", "before-campaign", "occurred_on", "This was before the verification began.")
        return found


class VerificationKind(EventKind):
    """Lists of verification campaigns."""

    key: ClassVar[KindKey] = "verifications"
    label: ClassVar[str] = "Verification lists"
    hint: ClassVar[str] = "what was found in a verification: tags or serial numbers, with condition and day"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    words: ClassVar[Mapping[str, Words]] = {"found": FOUND, "condition": CONDITIONS, "use": USES}
    telling: ClassVar[tuple[frozenset[str], ...]] = tuple(
        frozenset({known, told}) for known in ("tag", "serial") for told in ("found", "campaign")
    )

    def may(self, actor: Actor) -> bool:
        return (
            may(actor, "import.manage") and may(actor, "verification.read") and may_record(actor, "verified")
        )

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> ScanPlanning:
        programmes = await recorded.programmes_for(conn, actor)
        return ScanPlanning(
            conn,
            actor,
            choices,
            programmes,
            await municipality_index(conn),
            await list_points(conn),
            await _campaigns(conn, actor),
        )


async def _campaigns(conn: AsyncConnection, actor: Actor) -> list[Campaign]:
    """The campaigns in reach that were not given up, newest first."""
    c, e = campaign.c, campaign_expected.c
    rows = (
        await conn.execute(
            select(c.id, c.number, c.municipality_code, c.service_point_id, c.started_at)
            .where(in_reach(actor, "verification.read"), c.status != "cancelled")
            .order_by(c.started_at.desc(), c.id)
            .limit(500)
        )
    ).all()
    expected: dict[UUID, set[UUID]] = {}
    ids = [row.id for row in rows]
    for row in await conn.execute(select(e.campaign_id, e.asset_id).where(e.campaign_id.in_(ids))):
        expected.setdefault(row.campaign_id, set()).add(row.asset_id)
    return [
        Campaign(
            id=row.id,
            number=row.number,
            municipality=row.municipality_code,
            service_point=row.service_point_id,
            started_on=row.started_at.date(),
            expected=frozenset(expected.get(row.id, ())),
        )
        for row in rows
    ]
