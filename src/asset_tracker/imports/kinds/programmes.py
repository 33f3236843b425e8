"""Programmes: grant agreements with who implements them, who funds them, and presets of rules."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.kinds.places import NUMBERING
from asset_tracker.imports.kinds.records import RecordKind, RecordShape
from asset_tracker.imports.line import Line
from asset_tracker.imports.naming import Parties
from asset_tracker.imports.records import Key, Record
from asset_tracker.imports.views import Choices, KindKey
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.ledger.values import Share
from asset_tracker.programmes import changing, rules, service
from asset_tracker.programmes.policies import PRESETS, Reach
from asset_tracker.programmes.queries import list_parties, list_programmes
from asset_tracker.programmes.service import NewProgramme
from asset_tracker.programmes.tables import policy_rule
from asset_tracker.territory.translit import transliterate

FIELDS: tuple[Field, ...] = (
    Field("code", "Code", "capital letters, digits and hyphens, such as EGA-ZH", names_of("код|код програми|шифр|code|programme code|program code|project code|short code"), required=True),
    Field("name", "Name", "the full name", names_of("назва|назва програми|найменування|програма|проєкт|проект|name|name uk|title|programme|program|project|programme name"), required=True),
    Field("name_en", "Name in English", "transliterated where it is not given", names_of("назва англійською|назва англ|name en|english name|name in english|name english")),
    Field("implementer", "Implementer", "a party, by name or EDRPOU", names_of("виконавець|імплементатор|реалізатор|партнер|implementer|implementing partner|executing agency"), required=True),
    Field("shares", "Donors", "with their shares: Sida 60; ESTDEV 40", names_of("донор|донори|фінансування|частки|частки фінансування|донори та частки|джерело фінансування|donor|donors|funding|funders|shares|funding shares|donor shares"), required=True),
    Field("agreement", "Grant agreement", "its number", names_of("угода|договір|номер угоди|грантова угода|номер договору|agreement|grant agreement|contract|agreement number|contribution")),
    Field("legal_regime", "Legal regime", "technical assistance, humanitarian, charity, budget", names_of("режим|правовий режим|вид допомоги|legal regime|regime|aid type")),
    Field("title_passes", "Title passes", "on acceptance, at the end of the programme, by decision", names_of("перехід права власності|право власності|коли переходить власність|title passes|title|title transfer")),
    Field("currency", "Currency", "UAH, EUR, USD, SEK", names_of("валюта|currency|currency code")),
    Field("starts_on", "Begins on", "31.12.2024 or 2024-12-31", names_of("початок|дата початку|від|starts on|start|start date|from|begins|begins on")),
    Field("ends_on", "Ends on", "31.12.2024 or 2024-12-31", names_of("кінець|завершення|дата завершення|дата закінчення|до|ends on|end|end date|until|to|ends")),
    Field("presets", "Presets of rules", "of the donors and the state, separated by semicolons", names_of("правила|набори правил|пресети|вимоги донора|presets|rules|rule sets|policies|policy")),
)  # fmt: skip
REGIMES = Words(
    {
        "technical_assistance": "міжнародна технічна допомога|technical assistance|мтд|міжнародн* технічн*|технічн*|technical*",
        "humanitarian": "гуманітарна допомога|humanitarian aid|гуманітарн*|humanitarian*",
        "charity": "благодійна допомога|charity|благодійн*|charit*|donation",
        "budget": "бюджет|budget|бюджет*|budget*",
    }
)
TITLE_RULES = Words(
    {
        "on_acceptance": "після приймання|on acceptance|при прийманні|за актом|з підписанням*|on acceptance|acceptance",
        "at_programme_end": "наприкінці програми|at programme end|наприкінці|після завершення|по завершенні|at programme end|at the end*|end",
        "by_decision": "за рішенням|by decision|рішення*|by decision|decision",
    }
)
PRESET_WORDS = Words(
    {
        "us_2cfr200": "2 CFR 200|2 CFR 200|2 cfr*|сша|usaid|united states|us",
        "eu_intpa": "ЄС INTPA|EU INTPA|intpa|prag|європейськ* союз|єс гранти|eu grants|european union grants",
        "echo": "DG ECHO|DG ECHO|echo|ехо|гуманітарн* допомога єс",
        "un": "ООН|UN|undp|прооон",
        "ua_budget": "бюджет України|Ukrainian budget|бюджет*|україн*|ukrain* budget|ua budget|державні",
        "house": "власні правила|house rules|власні|house",
    }
)
_SHARE = re.compile(r"\s*(?P<name>.+?)[\s:=–—-]*\(?\s*(?P<percent>\d{1,3}(?:[.,]\d{1,4})?)\s*%?\s*\)?\s*$")
# A party’s name and a number; the pattern above takes the square of what it reads.
_LONGEST_SHARE = 300
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,30}")
_CODE_EXPECTED = "2 to 31 capital Latin letters, digits and hyphens"
_LATIN = str.maketrans("АВСЕНІКМОРТХ", "ABCEHIKMOPTX")


def _code(cell: Cell) -> values.Reading:
    written = values.tidy(values.shown(cell)).upper()
    if _CODE.fullmatch(written):
        return values.Reading(written)
    latin = re.sub(r"[\s/.]+", "-", written.translate(_LATIN))
    return values.Reading(expected=_CODE_EXPECTED, suggestion=latin if _CODE.fullmatch(latin) else None)


VOCABULARY = Vocabulary(
    FIELDS,
    skipped=(*NUMBERING, *names_of("assets|активів|бюджет|budget|стан|status|notes|примітки")),
    readers={"currency": values.currency, "code": _code},
    days=("starts_on", "ends_on"),
)


class ProgrammeShape(RecordShape):
    """A programme is known by its code."""

    vocabulary = VOCABULARY
    identity = ("code", "name")
    certain = ("code",)
    alone = frozenset({"code"})
    compared = (
        "code", "name", "name_en", "implementer", "shares", "agreement", "legal_regime", "title_passes", "currency",
        "starts_on", "ends_on", "presets",
    )  # fmt: skip

    def __init__(self, parties: Parties) -> None:
        self.parties = parties

    def complete(self, line: Line) -> None:
        fields = line.fields
        fields["refs"] = {}
        for field, expected in (("code", _CODE_EXPECTED), ("name", "a name")):
            if field not in fields and not any(problem.field == field for problem in line.problems):
                line.say("error", f"no-{field}", field, "This is empty.", expected=expected)
        REGIMES.settle(line, "legal_regime")
        TITLE_RULES.settle(line, "title_passes")
        self._implementer(line)
        self._shares(line)
        _presets(line)
        begins, ends = fields.get("starts_on"), fields.get("ends_on")
        if begins and ends and ends < begins:
            line.say("error", "days", "ends_on", "It cannot end before it begins.", expected="a later day")
        for field in ("starts_on", "ends_on"):
            if field in fields:
                fields[field] = fields[field].isoformat()

    def _implementer(self, line: Line) -> None:
        if written := line.fields.get("implementer"):
            party = self._party(line, "implementer", written)
            if party:
                line.fields["implementer"] = self.parties.shown[party]
                line.fields["refs"]["implementer"] = party

    def _party(self, line: Line, field: str, written: str) -> str | None:
        party, near = self.parties.find(written)
        if party is None:
            line.say(
                "error",
                "unknown-party",
                field,
                "There is no party “%(name)s”.",
                expected="a party that is recorded, by its name or EDRPOU; import parties first",
                suggestion=near,
                name=written,
            )
        return party

    def _shares(self, line: Line) -> None:
        """``Sida 60; ESTDEV 40``; a donor alone gave everything."""
        written = line.fields.pop("shares", None)
        if written is None:
            return
        named = _named_shares(written)
        if named is None:
            line.say("error", "bad-shares", "shares", "These shares cannot be read.", expected="each donor with a share: Sida 60; ESTDEV 40")  # fmt: skip
            return
        parties = [(self._party(line, "shares", name), percent) for name, percent in named]
        total = sum(percent for _, percent in named)
        if total != 100:
            line.say("error", "shares-sum", "shares", "The shares sum to %(total)s, not to 100.", expected="shares that sum to 100", total=f"{total:f}")  # fmt: skip
        if len({party for party, _ in parties}) != len(parties) and None not in {
            party for party, _ in parties
        }:
            line.say(
                "error", "donor-twice", "shares", "The same donor appears twice.", expected="each donor once"
            )
        if not line.blocked:
            shares = {party: percent for party, percent in parties if party}
            line.fields["shares"] = told_shares(
                {self.parties.shown[each]: share for each, share in shares.items()}
            )
            line.fields["refs"]["shares"] = {each: f"{share:f}" for each, share in shares.items()}

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        if values_.get("code"):
            yield ("code", values_["code"])

    def title(self, values_: Mapping[str, Any]) -> str:
        return f"{values_.get('code', '')} · {values_.get('name', '')}"


def _named_shares(written: str) -> list[tuple[str, Decimal]] | None:
    parts = [
        part
        for part in re.split(r"[;\n]+|,\s+(?=[^\d\s])|(?<=%),|(?<=[%)])\s+(?=[^\W\d])", written)
        if part.strip()
    ]
    if any(len(part) > _LONGEST_SHARE for part in parts):
        return None
    if len(parts) == 1 and not _SHARE.fullmatch(parts[0]):
        return [(values.tidy(parts[0]), Decimal(100))]
    found = []
    for part in parts:
        match = _SHARE.fullmatch(part)
        if match is None:
            return None
        found.append((values.tidy(match["name"]), Decimal(match["percent"].replace(",", "."))))
    return found


def told_shares(shares: Mapping[str, Decimal]) -> str:
    """Shares as a list shows them, the largest first."""
    ordered = sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    return "; ".join(f"{name} {percent.normalize():f}" for name, percent in ordered)


def _presets(line: Line) -> None:
    written = line.fields.pop("presets", None)
    if not written:
        return
    codes = []
    for part in re.split(r"[;,\n]+", written):
        if not part.strip():
            continue
        tidied = values.fold(part).strip().replace(" ", "_")
        code = tidied if tidied in PRESETS else PRESET_WORDS.code(part)
        if code is None or code not in PRESETS:
            line.say("error", "unknown-preset", "presets", "“%(word)s” is not known here.", expected="one of: %(words)s", word=part.strip(), words=PRESET_WORDS.shown)  # fmt: skip
        else:
            codes.append(code)
    if codes:
        line.fields["presets"] = "; ".join(sorted(set(codes)))


class ProgrammeKind(RecordKind):
    """Programmes."""

    key: ClassVar[KindKey] = "programmes"
    label: ClassVar[str] = "Programmes"
    hint: ClassVar[str] = "grant agreements: code, name, implementer, donors with their shares"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"code", "name", "shares"}), frozenset({"code", "name", "implementer"}))  # fmt: skip
    permission: ClassVar[Permission] = "programme.manage"
    reading: ClassVar[Permission] = "programme.read"
    words: ClassVar[Mapping[str, Words]] = {
        "legal_regime": REGIMES,
        "title_passes": TITLE_RULES,
        "presets": PRESET_WORDS,
    }

    def may(self, actor: Actor) -> bool:
        return super().may(actor) and scope.programmes(actor, "programme.manage") is None

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> ProgrammeShape:  # noqa: ARG002  # a programme stands alone
        return ProgrammeShape(await parties_by_name(conn, actor))

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:
        shown = (await parties_by_name(conn, actor)).shown
        presets = await _applied(conn)
        return [_record(view, shown, presets.get(view.id, ())) for view in await list_programmes(conn, actor)]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:
        told = {key: record.values[key] for key in ("agreement", "legal_regime", "title_passes", "currency") if key in record.values}  # fmt: skip
        new = NewProgramme(
            code=record.values["code"],
            name_uk=record.values["name"],
            name_en=record.values.get("name_en") or transliterate(record.values["name"]),
            implementer=UUID(refs["implementer"]),
            shares=_shares(refs),
            starts_on=_day(record.values.get("starts_on")),
            ends_on=_day(record.values.get("ends_on")),
            **told,
        )
        await service.add_programme(conn, actor, new, programme_id=record.id)
        for preset in _listed(record.values.get("presets")):
            await rules.apply_preset(conn, actor, preset, Reach(programme=record.id))

    async def change(
        self, conn: AsyncConnection, actor: Actor, old: Record, new: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        columns = {_COLUMNS[field]: value for field, value in new.items() if field in _COLUMNS}
        columns |= {field: _day(new[field]) for field in ("starts_on", "ends_on") if field in new}
        if "implementer" in new:
            columns["implementer_id"] = UUID(refs["implementer"])
        shares = _shares(refs) if "shares" in new else None
        await changing.change_programme(conn, actor, old.id, columns, shares)
        if "presets" in new:
            await _apply(conn, actor, old.id, _listed(old.values.get("presets")), _listed(new["presets"]))

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await changing.remove_programme(conn, actor, record.id)


_COLUMNS = {
    "name": "name_uk",
    "name_en": "name_en",
    "agreement": "agreement",
    "legal_regime": "legal_regime",
    "title_passes": "title_passes",
    "currency": "currency",
}


async def parties_by_name(conn: AsyncConnection, actor: Actor) -> Parties:
    """All parties as lists name them: by the short name, unless two share it."""
    views = await list_parties(conn, actor)
    names = {
        str(each.id): [name for name in (each.name_uk, each.name_en, each.short_name, each.edrpou) if name]
        for each in views
    }
    called = Counter(
        values.fold(name) for each in names.values() for name in dict.fromkeys(map(values.fold, each))
    )
    shown = {}
    for each in views:
        candidates = (each.short_name, each.name_uk, each.edrpou, each.name_en)
        alone = (name for name in candidates if name and called[values.fold(name)] == 1)
        shown[str(each.id)] = next(alone, each.short_name or each.name_uk)
    return Parties(names, shown)


async def _applied(conn: AsyncConnection) -> dict[UUID, list[str]]:
    """The presets whose rules hold in each programme."""
    r = policy_rule.c
    rows = await conn.execute(
        select(r.programme_id, func.array_agg(r.preset.distinct()).label("presets"))
        .where(r.programme_id.is_not(None), r.preset.is_not(None), r.ended_at.is_(None))
        .group_by(r.programme_id)
    )
    return {row.programme_id: sorted(row.presets) for row in rows}


async def _apply(
    conn: AsyncConnection, actor: Actor, programme: UUID, before: list[str], after: list[str]
) -> None:
    """Add the rules of new presets; end those of presets that are not named any more."""
    for preset in after:
        if preset not in before:
            await rules.apply_preset(conn, actor, preset, Reach(programme=programme))
    if gone := set(before) - set(after):
        r = policy_rule.c
        await conn.execute(
            update(policy_rule)
            .where(r.programme_id == programme, r.preset.in_(gone), r.ended_at.is_(None))
            .values(ended_at=func.now(), ended_by=actor.id)
        )


def _record(view: Any, shown: Mapping[str, str], presets: Any) -> Record:
    told = {
        "code": view.code,
        "name": view.name_uk,
        "name_en": view.name_en,
        "implementer": shown.get(str(view.implementer)),
        "shares": told_shares({shown[str(each.donor)]: each.percent for each in view.shares}),
        "agreement": view.agreement,
        "legal_regime": view.legal_regime,
        "title_passes": view.title_passes,
        "currency": view.currency,
        "starts_on": view.starts_on.isoformat() if view.starts_on else None,
        "ends_on": view.ends_on.isoformat() if view.ends_on else None,
        "presets": "; ".join(presets) or None,
    }
    refs = {
        "implementer": str(view.implementer),
        "shares": {str(each.donor): f"{each.percent:f}" for each in view.shares},
    }
    values_ = {field: value for field, value in told.items() if value is not None}
    return Record(view.id, f"{view.code} · {view.name_uk}", values_, refs)


def _shares(refs: Mapping[str, Any]) -> tuple[Share, ...]:
    return tuple(Share(UUID(donor), Decimal(percent)) for donor, percent in refs["shares"].items())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _listed(text: str | None) -> list[str]:
    return [part for part in (text or "").split("; ") if part]
