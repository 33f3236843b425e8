"""People: accounts to be invited. A role is never given by the side door.

A list may name roles, but nobody gets one from it unless an administrator says so for this very list
(``Choices.grant_roles``); the roles of an account that exists are changed on its own page only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import users
from asset_tracker.access.actors import Actor, Grant, Role
from asset_tracker.access.permissions import Permission, require
from asset_tracker.access.tables import user_account
from asset_tracker.i18n import Lang
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kinds.places import NUMBERING, PLACE_FIELDS
from asset_tracker.imports.kinds.programmes import parties_by_name
from asset_tracker.imports.kinds.records import RecordKind, RecordPlanning, RecordShape
from asset_tracker.imports.line import Line, Municipalities, ProgrammeRef
from asset_tracker.imports.naming import Parties, Programmes
from asset_tracker.imports.places import Places
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.recorded import programmes_for
from asset_tracker.imports.records import Key, Record
from asset_tracker.imports.tables import import_batch, import_row
from asset_tracker.imports.tidying import TidyJob
from asset_tracker.imports.views import BatchView, Choices, KindKey, Plan
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.jobs import queue
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.territory.queries import municipality_index

FIELDS: tuple[Field, ...] = (
    Field("email", "E-mail", "the address to log in with", names_of("електронна пошта|ел пошта|email|e-mail|пошта|адреса електронної пошти|mail|login|логін|e-mail address|email address"), required=True),
    Field("name", "Name", "as others see it", names_of("піб|прізвище та ім’я|прізвище, ім’я|прізвище|прізвище ім’я по батькові|ім’я|ім’я та прізвище|користувач|особа|працівник|name|full name|person|user|contact name"), required=True),
    Field("lang", "Language", "Ukrainian or English", names_of("мова|мова інтерфейсу|language|lang|locale")),
    Field("roles", "Role", "given only if an administrator confirms it", names_of("роль|ролі|права|права доступу|доступ|role|roles|permissions|access|group")),
    ASSETS.by_key["programme"],
    *PLACE_FIELDS,
    Field("donor", "Donor", "for whom a donor’s account is", names_of("донор|donor")),
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *names_of("телефон|phone|посада|position|job title|стан|status|disabled|відділ|department"),
)
ROLES = Words(
    {
        "administrator": "адміністратор|administrator|адмін*|admin*",
        "coordinator": "координатор|coordinator|координатор*|coordinator*|менеджер*|manager*",
        "technician": "технік|technician|технік*|технічн* спеціаліст*|інженер*|technician*|engineer*",
        "custodian": "зберігач|custodian|зберігач*|матеріально відповідальн*|мво|хранитель*|custodian*",
        "donor": "донор|donor|донор*|donor*",
        "auditor": "аудитор|auditor|аудитор*|ревізор*|auditor*",
    }
)
LANGUAGES = Words(
    {"uk": "українська|Ukrainian|україн*|ua|укр|ukrainian", "en": "англійська|English|англ*|english|eng"}
)
_EMAIL = re.compile(r"[^@\s\"<>,;]{1,64}@[^@\s\"<>,;]+\.[^@\s\"<>,;.]{2,}")
_LOOK_ALIKE = str.maketrans("аАеЕоОрРсСуУхХіІкКмМтТвВнН", "aAeEoOpPcCyYxXiIkKmMtTbBhH")


def _email(cell: Cell) -> values.Reading:
    written = re.sub(r"^mailto:", "", values.tidy(values.shown(cell)), flags=re.IGNORECASE).strip("<>")
    if _EMAIL.fullmatch(written) and len(written) <= 200 and written.isascii():
        return values.Reading(written.lower())
    latin = written.translate(_LOOK_ALIKE).replace(" ", "").replace(",", ".")
    fits = latin.isascii() and _EMAIL.fullmatch(latin)
    return values.Reading(expected="an e-mail address", suggestion=latin.lower() if fits else None)


VOCABULARY = Vocabulary(FIELDS, skipped=SKIPPED, readers={"email": _email})


class UserShape(RecordShape):
    """A person is known by their e-mail address."""

    vocabulary = VOCABULARY
    identity = ("email",)
    certain = ("email",)
    alone = frozenset({"email"})
    compared = ("email", "name", "lang", "roles")
    once = ("name", "lang")
    fixed = ("roles",)

    def __init__(
        self, municipalities: Municipalities, programmes: tuple[ProgrammeRef, ...], parties: Parties
    ) -> None:
        self.places, self.programmes, self.parties = Places(municipalities), Programmes(programmes), parties

    def complete(self, line: Line) -> None:
        fields = line.fields
        if "name" not in fields and "email" in fields:
            line.say(
                "error", "no-name", "name", "It does not say what the person is called.", expected="a name"
            )
        if "lang" in fields:
            LANGUAGES.settle(line, "lang")
        self._roles(line)
        for field in ("programme", "municipality", "oblast", "raion", "donor", "municipality_name"):
            fields.pop(field, None)

    def _roles(self, line: Line) -> None:
        """Each role with what it reaches: ``coordinator: PROSTO; custodian: UA18…``, or by the columns beside it."""
        written = line.fields.pop("roles", None)
        if not written:
            return
        found: dict[str, Grant] = {}
        for part in re.split(r"[;\n]+", written):
            word, _, reach = part.partition(":")
            role = ROLES.code(word)
            if role is None:
                line.say("error", "unknown-role", "roles", "“%(word)s” is not known here.", expected="one of: %(words)s", word=part.strip(), words=ROLES.shown)  # fmt: skip
            elif grant := self._grant(line, msgspec.convert(role, Role), reach.strip()):
                found[told_grant(grant, self)] = grant
        if found and not line.blocked:
            line.fields["roles"] = "; ".join(sorted(found))
            line.fields["refs"] = {"grants": [msgspec.to_builtins(grant) for grant in found.values()]}

    def _grant(self, line: Line, role: Role, reach: str) -> Grant | None:
        fields = dict(line.fields)
        probe = Line(sheet=line.sheet, row=line.row, fields=fields, problems=line.problems, columns=line.columns, cells=line.cells)  # fmt: skip
        if role in ("administrator", "auditor"):
            return Grant(role=role)
        if role == "donor":
            party, near = self.parties.find(reach or fields.get("donor") or "")
            if party is None:
                line.say("error", "role-reach", "donor", "Say what this role gives access to.", expected="a donor that is recorded", suggestion=near)  # fmt: skip
                return None
            return Grant(role=role, donor=UUID(party))
        by_programme = role == "coordinator" or (
            role == "technician" and (reach or fields.get("programme")) and not reach.upper().startswith("UA")
        )
        if by_programme:
            fields["programme"] = reach or fields.get("programme")
            self.programmes.settle(probe, None)
            return Grant(role=role, programme=fields["programme"].id) if "programme" in fields else None
        fields["municipality"] = reach or fields.get("municipality")
        if re.fullmatch(r"UA\d{2,17}", str(fields["municipality"])) and role == "technician":
            return Grant(role=role, area=str(fields["municipality"]))
        self.places.settle(probe, None)
        return Grant(role=role, area=fields["municipality"]) if "municipality" in fields else None

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        if values_.get("email"):
            yield ("email", values_["email"].lower())

    def title(self, values_: Mapping[str, Any]) -> str:
        return f"{values_.get('name', '')} · {values_.get('email', '')}"


def told_grant(grant: Grant, shape: UserShape) -> str:
    """A role with what it reaches, as a list says it."""
    codes = {each.id: each.code for each in shape.programmes.by_name.values()}
    reach = codes.get(grant.programme) if grant.programme else grant.area
    if grant.donor:
        reach = shape.parties.shown.get(str(grant.donor))
    return f"{grant.role}: {reach}" if reach else grant.role


def role_in_words(told: str, lang: Lang) -> str:
    """``coordinator: PROSTO`` in the reader's words."""
    role, _, reach = told.partition(": ")
    return f"{ROLES.name(role, lang)}: {reach}" if reach else ROLES.name(role, lang)


def _without_samples(plan: Plan) -> Plan:
    """The plan without what stood in the cells."""
    sheets = tuple(
        msgspec.structs.replace(
            sheet, columns=tuple(msgspec.structs.replace(each, samples=()) for each in sheet.columns)
        )
        for sheet in plan.sheets
    )
    return msgspec.structs.replace(plan, sheets=sheets, problems=())


class UserPlanning(RecordPlanning):
    """Asks an administrator before any role is given."""

    def __init__(self, shape: UserShape, recorded: Sequence[Record], *, confirmed: bool) -> None:
        super().__init__(shape, recorded)
        self.confirmed = confirmed
        self.roles = 0

    def judge(self, line: Line) -> Any:
        item = super().judge(line)
        if item and item.action == "create" and item.record and item.record.get("roles"):
            self.roles += 1
        return item

    def aftermath(self) -> Iterator[Problem]:
        if self.roles and not self.confirmed:
            yield Place(sheet="", field="roles").problem(
                "question",
                "roles",
                "The list names roles for %(n)s new accounts. Nobody gets a role from a list unless an administrator confirms it.",
                expected="a confirmation, or the column of roles left out",
                n=self.roles,
            )


class UserKind(RecordKind):
    """People to be invited."""

    key: ClassVar[KindKey] = "users"
    label: ClassVar[str] = "People"
    hint: ClassVar[str] = "accounts to be invited: e-mail and name"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"email", "name"}),)
    permission: ClassVar[Permission] = "user.manage"
    reading: ClassVar[Permission] = "user.manage"
    words: ClassVar[Mapping[str, Words]] = {"lang": LANGUAGES}

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> UserShape:  # noqa: ARG002  # accounts stand alone
        programmes = await programmes_for(conn, actor)
        return UserShape(await municipality_index(conn), programmes, await parties_by_name(conn, actor))

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> UserPlanning:
        recorded = await self.recorded(conn, actor)
        shape = await self.shape(conn, actor, choices)
        return UserPlanning(shape, recorded, confirmed=choices.grant_roles)

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:
        require(actor, "user.manage")
        shape = await self.shape(conn, actor, Choices())
        granted = {
            user: sorted({told_grant(grant, shape) for grant in grants})
            for user, grants in (await users.list_grants(conn, actor)).items()
        }
        u = user_account.c
        rows = await conn.execute(
            select(u.id, u.email, u.name, u.lang).order_by(in_ukrainian_order(u.name), u.id)
        )
        found = []
        for row in rows:
            told = {"email": row.email.lower(), "name": row.name, "lang": row.lang}
            if row.id in granted:
                told["roles"] = "; ".join(granted[row.id])
            found.append(Record(row.id, shape.title(told), told))
        return found

    def shown(self, record: Record, lang: Lang) -> dict[str, Any]:
        """As for all records, with roles in words."""
        told = super().shown(record, lang)
        if "roles" in told:
            told["roles"] = "; ".join(role_in_words(part, lang) for part in told["roles"].split("; "))
        return told

    def kept(self, values_: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # who somebody is stands in their account and nowhere else
        return {}

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:
        await users.add_user(
            conn,
            actor,
            email=record.values["email"],
            name=record.values["name"],
            password=None,
            grants=msgspec.convert(refs.get("grants", []), tuple[Grant, ...], strict=False),
            lang=record.values.get("lang", "uk"),
            user_id=record.id,
        )

    async def write(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:
        """Make the accounts, with roles only where they were confirmed; then forget who stood in the list."""
        require(actor, "user.manage")
        await super().write(conn, actor, batch, operation)
        r = import_row.c
        bare = r.item.op("-")("record").op("-")("title").op("-")("problems").op("-")("changes")
        await conn.execute(update(import_row).where(r.batch_id == batch.id).values(item=bare, weight=0))
        b = import_batch.c
        bared = {
            "plan": msgspec.to_builtins(_without_samples(batch.plan)),
            "choices": msgspec.to_builtins(msgspec.structs.replace(batch.choices, fixes={})),
        }
        await conn.execute(update(import_batch).where(b.id == batch.id).values(bared))
        await queue.enqueue(conn, TidyJob(), key="now")  # the file goes too

    def refs(self, batch: BatchView, refs: dict[str, Any]) -> dict[str, Any]:
        return refs if batch.choices.grant_roles else {}

    async def change(
        self, conn: AsyncConnection, actor: Actor, old: Record, new: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        """Nothing of an account is changed by a list."""

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await users.remove_user(conn, actor, record.id)
