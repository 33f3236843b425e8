"""Programmes, parties and support activities as JSON."""

from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.programmes import budgets, changing, queries, rates, rules, service
from asset_tracker.programmes.budgets import BudgetView, NewBudget
from asset_tracker.programmes.policies import PRESETS, Reach, Rule
from asset_tracker.programmes.queries import ActivityView, PartyView, ProgrammeView
from asset_tracker.programmes.rates import NewRate, RateView
from asset_tracker.programmes.rules import RuleView
from asset_tracker.programmes.service import ChangedProgramme, NewActivity, NewParty, NewProgramme
from asset_tracker.programmes.words import PartyKind


class NewRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule and for whom it holds: a programme, a donor wherever they paid, or (neither) everybody."""

    rule: Rule
    programme: UUID | None = None
    donor: UUID | None = None


class ChosenPreset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which preset to add, and for whom."""

    preset: str
    programme: UUID | None = None
    donor: UUID | None = None


class PresetView(msgspec.Struct, frozen=True):
    """Rules that come together, with the source of each."""

    preset: str
    name: str
    rules: tuple[Rule, ...]


@get("/programmes")
async def list_programmes(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[ProgrammeView]:
    """The programmes in reach."""
    return await queries.list_programmes(conn, actor)


@post("/programmes")
async def add_programme(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewProgramme]
) -> ProgrammeView:
    """A new programme, with funding shares that sum to 100."""
    return await queries.get_programme(conn, actor, await service.add_programme(conn, actor, data))


@get("/programmes/{programme_id:uuid}")
async def get_programme(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], programme_id: FromPath[UUID]
) -> ProgrammeView:
    """One programme."""
    return await queries.get_programme(conn, actor, programme_id)


@put("/programmes/{programme_id:uuid}")
async def change_programme(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    data: JSONBody[ChangedProgramme],
) -> ProgrammeView:
    """Write a programme anew, but for its code; what was registered keeps the shares it was registered with."""
    await changing.replace_programme(conn, actor, programme_id, data)
    return await queries.get_programme(conn, actor, programme_id)


@get("/parties")
async def list_parties(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    kind: FromQuery[PartyKind | None] = None,
) -> list[PartyView]:
    """Donors, implementers, councils, suppliers, carriers."""
    return await queries.list_parties(conn, actor, kind)


@post("/parties")
async def add_party(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewParty]
) -> PartyView:
    """A new party."""
    made = await service.add_party(conn, actor, data)
    return (await queries.get_parties(conn, [made]))[made]


@put("/parties/{party_id:uuid}")
async def change_party(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    party_id: FromPath[UUID],
    data: JSONBody[NewParty],
) -> PartyView:
    """Write a party anew. What was changed, from what and by whom stands in the access record."""
    await changing.replace_party(conn, actor, party_id, data)
    return (await queries.get_parties(conn, [party_id]))[party_id]


@get("/rates")
async def list_rates(conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]) -> list[RateView]:
    """Rates of exchange by which reports tell amounts in other currencies, the newest day first."""
    return await rates.list_rates(conn, actor)


@post("/rates")
async def add_rates(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[list[NewRate]]
) -> dict[str, int]:
    """Record rates, all or none; a later one for the same currency and day stands from then on."""
    return {"recorded": await rates.add_rates(conn, actor, data)}


@get("/programmes/{programme_id:uuid}/budgets")
async def list_budgets(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], programme_id: FromPath[UUID]
) -> list[BudgetView]:
    """What the programme may spend, the budget that holds first; none for donors."""
    return await budgets.list_budgets(conn, actor, programme_id)


@post("/programmes/{programme_id:uuid}/budgets", status_code=204)
async def add_budget(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
    data: JSONBody[NewBudget],
) -> None:
    """The total that may be spent from a day on; reports tell how much of it was delivered."""
    await budgets.add_budget(conn, actor, programme_id, data)


@get("/activities")
async def list_activities(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    municipality: FromQuery[str | None] = None,
    programme: FromQuery[UUID | None] = None,
) -> list[ActivityView]:
    """Support that is not a thing: training, technical assistance, psychological support."""
    return await queries.list_activities(conn, actor, municipality=municipality, programme_id=programme)


@post("/activities")
async def record_activity(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewActivity]
) -> dict[str, UUID]:
    """Record support given to a municipality."""
    return {"id": await service.record_activity(conn, actor, data)}


@get("/rules")
async def list_rules(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme: FromQuery[UUID | None] = None,
    ended: FromQuery[bool] = False,
) -> list[RuleView]:
    """The rules of donors and of the state that hold in reach; for one programme also those of its donors."""
    return await rules.list_rules(conn, actor, programme_id=programme, with_ended=ended)


@get("/rules/presets")
async def list_presets() -> list[PresetView]:
    """What can be added at once, by whose rules."""
    return [PresetView(key, preset.name, preset.rules) for key, preset in PRESETS.items()]


@post("/rules")
async def add_rule(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[NewRule]
) -> dict[str, UUID]:
    """A new rule."""
    reach = Reach(programme=data.programme, donor=data.donor)
    return {"id": await rules.add_rule(conn, actor, data.rule, reach)}


@post("/rules/presets", status_code=200)
async def apply_preset(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[ChosenPreset]
) -> dict[str, list[UUID]]:
    """Add the rules of a preset that do not stand there yet."""
    reach = Reach(programme=data.programme, donor=data.donor)
    return {"added": await rules.apply_preset(conn, actor, data.preset, reach)}


@delete("/rules/{rule_id:uuid}", status_code=204)
async def end_rule(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], rule_id: FromPath[UUID]
) -> None:
    """The rule no longer holds; that it did stays to be read."""
    await rules.end_rule(conn, actor, rule_id)


ROUTES = (
    list_rules,
    list_presets,
    add_rule,
    apply_preset,
    end_rule,
    list_programmes,
    add_programme,
    get_programme,
    change_programme,
    list_parties,
    add_party,
    change_party,
    list_rates,
    add_rates,
    list_budgets,
    add_budget,
    list_activities,
    record_activity,
)
