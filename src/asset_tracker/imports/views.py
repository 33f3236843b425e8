"""What imports answer with, and what they are asked. [pure]"""

from datetime import date, datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from asset_tracker.imports.known import Item
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.progress import Step
from asset_tracker.imports.refusals import Refusal

Fix = Annotated[str, Meta(max_length=4000)]
FieldName = Annotated[str, Meta(pattern="^[a-z_]{1,40}$", description="A field of this kind of table")]
KindKey = Literal[
    "assets",
    "consignments",
    "service_points",
    "parties",
    "programmes",
    "users",
    "population",
    "needs",
    "events",
    "verifications",
]
KIND_KEYS: tuple[KindKey, ...] = get_args(KindKey)


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person decided about a file.

    ``kind``: what kind of table it is; guessed from the headings where it is not given.
    ``answers``: heading, or letters of a column, to field; None leaves the column out.
    ``fixes``: a cell, written ``Sheet!C12``, to the text that should stand there.
    ``occurred_on``: the day on which the things were registered; today where it is not given.
    ``grant_roles``: an administrator confirms the roles that a list of people names.
    """

    kind: KindKey | None = None
    defaults: Defaults = Defaults()
    answers: dict[str, FieldName | None] = {}
    fixes: Annotated[dict[str, Fix], Meta(max_length=2000)] = {}
    occurred_on: date | None = None
    grant_roles: bool = False


class Counts(msgspec.Struct, kw_only=True):
    """How many rows of the file come to what. Kits that the file only names are counted among ``create``."""

    create: int = 0
    change: int = 0
    unchanged: int = 0
    problem: int = 0
    warnings: int = 0
    questions: int = 0


class ConsignmentPlan(msgspec.Struct, frozen=True):
    """A consignment of the file: how many assets are created on it; ``new`` if it is not recorded yet."""

    programme: UUID
    number: str
    municipality: str
    assets: int
    new: bool


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an import will do, without its rows. ``problems`` are those of the book and its sheets.

    ``values``: the worth of what is created, by currency, as text.
    """

    kind: KindKey = "assets"
    counts: Counts
    sheets: tuple[SheetMapping, ...]
    problems: tuple[Problem, ...] = ()
    consignments: tuple[ConsignmentPlan, ...] = ()
    municipalities: int = 0
    values: dict[str, str] = {}


class Working(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is being done to an import, and how far it is: ``done`` of ``due`` rows of a step.

    ``refusal``: why it was not done; it is over then.
    """

    doing: Literal["plan", "commit", "undo"]
    step: Step
    done: int
    due: int
    refusal: Refusal | None = None

    @property
    def percent(self) -> int | None:
        """How far the step is, if anybody knows."""
        return min(100, self.done * 100 // self.due) if self.due else None


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One import. ``status``: sent (not planned yet), planned, committed, undone.

    ``kind``: what kind of table it is. ``work``: what is being done to it, if something is.
    ``file_dropped_at``: since when the file itself is kept no more.
    """

    id: UUID
    kind: KindKey
    file_name: str
    sha256: str
    size: int
    status: str
    uploaded_at: datetime
    uploaded_by: UUID
    planned_at: datetime
    programme_ids: tuple[UUID, ...]
    committed_at: datetime | None
    undone_at: datetime | None
    file_dropped_at: datetime | None
    operation: UUID | None
    choices: Choices
    plan: Plan
    work: Working | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has something to do with it."""
        return self.work is not None and self.work.refusal is None

    @property
    def can_commit(self) -> bool:
        """Whether everything in the file is good as it stands."""
        counts = self.plan.counts
        return self.status == "planned" and not counts.problem and not counts.questions and self.has_work

    @property
    def has_guests(self) -> bool:
        """Whether accounts were made that may be invited."""
        return self.kind == "users" and self.status == "committed" and self.plan.counts.create > 0

    @property
    def has_work(self) -> bool:
        return bool(self.plan.counts.create or self.plan.counts.change)


class RowPage(msgspec.Struct, frozen=True):
    """Rows of a plan in the order of the file; ``next`` is what to pass as ``after``."""

    items: tuple[Item, ...]
    next: int | None


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something on which stands what an undo would pull away; ``told`` says which, in a few words."""

    told: str
    asset: UUID | None = None
    tag: str | None = None
    kind: str | None = None
    recorded_at: datetime | None = None
