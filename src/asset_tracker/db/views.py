"""The views that may be asked in SQL: schema ``reporting``, documented column by column [pure].

Nothing of people stands here, and nothing free that may name them. A view shows its asker the rows that row-level
security lets through (``raising``); descriptions are msgids, and comments in the database. A change here is raised
with the wall, by the next ``db upgrade``.
"""

from typing import Final, NamedTuple

SCHEMA: Final = "reporting"


class Column(NamedTuple):
    """``of`` is SQL over the tables of the view; ``text`` says what it means."""

    name: str
    of: str
    text: str


class View(NamedTuple):
    """``source`` and ``where`` are SQL."""

    text: str
    source: str
    columns: tuple[Column, ...]
    where: str = "true"


# What the views read, and of a table that holds more than they may know, which columns.
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "act": ("id", "programme_id", "consignment_id", "number", "status", "issued_at", "signed_on"),
    "asset": (),
    "asset_period": (),
    "asset_share": (),
    "consignment": (),
    "event": ("id", "asset_id", "seq", "kind", "occurred_at", "recorded_at", "programme_id", "supersedes"),
    "exchange_rate": (),
    "funding_share": (),
    "municipality": (),
    "municipality_situation": ("municipality_code", "since", "situation", "source", "recorded_at"),
    "party": (),
    "programme": (),
    "programme_budget": ("programme_id", "since", "amount", "currency", "recorded_at"),
    "service_point": (),
    "support_activity": (),
}
VIEWS: Final[dict[str, View]] = {
    "assets": View(
        "Every asset as it stands now.",
        "asset AS a LEFT JOIN programme AS p ON p.id = a.programme_id",
        (
            Column("asset_id", "a.id", "Identifier of the asset."),
            Column("tag", "left(a.tag, 4) || '-' || right(a.tag, 4)", "The code on the label."),
            Column("programme", "p.code", "Code of the programme."),
            Column("category", "a.category", "What sort of thing it is, as a code."),
            Column("name_uk", "a.name_uk", "Name in Ukrainian."),
            Column("name_en", "a.name_en", "Name in English."),
            Column("manufacturer", "a.manufacturer", "Who made it."),
            Column("model", "a.model", "The maker’s model."),
            Column("serial", "a.serial", "The maker’s number."),
            Column("quantity", "a.quantity", "Pieces; more than one for a lot."),
            Column("unit_price", "a.unit_price", "Price of one piece."),
            Column("currency", "a.currency", "Currency it was paid in (ISO 4217)."),
            Column("value", "a.unit_price * a.quantity", "Price times quantity."),
            Column("is_kit", "a.is_kit", "Whether it is a kit; its parts stand in rows of their own."),
            Column("kit_id", "a.kit_id", "The kit it is a part of."),
            Column("consignment_id", "a.consignment_id", "The consignment that brought it."),
            Column(
                "municipality_code",
                "coalesce(CASE WHEN a.stage IN ('expected', 'received', 'dispatched') THEN a.destination_code END, a.municipality_code, a.destination_code)",
                "KATOTTH code of the municipality it was given to.",
            ),
            Column("service_point_id", "a.service_point_id", "The service point where it stands."),
            Column("place", "a.place", "Kind of place, as a code."),
            Column("stage", "a.stage", "How far along it is, as a code."),
            Column("condition", "a.condition", "Whether it works, as a code."),
            Column("title", "a.title", "Whose property it is, as a code."),
            Column("gone_reason", "a.gone_reason", "Why it has left for good."),
            Column("disputed", "a.disputed", "Whether records contradict each other."),
            Column("acquired_on", "a.acquired_on", "Day it was bought."),
            Column("delivered_at", "a.delivered_at", "When it arrived."),
            Column("accepted_at", "a.accepted_at", "When the act was signed."),
            Column("installed_at", "a.installed_at", "When it was installed."),
            Column("verified_at", "a.verified_at", "When somebody last saw it."),
            Column("maintained_at", "a.maintained_at", "When it was last maintained."),
            Column(
                "trips",
                "(a.state #>> '{served,trips,number}')::integer",
                "Outreach trips, as they were counted.",
            ),
            Column(
                "consultations",
                "(a.state #>> '{served,consultations,number}')::integer",
                "Video consultations, as they were counted.",
            ),
            Column("warranty_until", "a.warranty_until", "Last day of the warranty."),
            Column("inventory_number", "a.inventory_number", "Number given by the council."),
        ),
        "a.gone_reason IS DISTINCT FROM 'withdrawn'",
    ),
    "asset_periods": View(
        "Where and how each asset was, from when to when.",
        "asset_period AS s",
        (
            Column("asset_id", "s.asset_id", "Identifier of the asset."),
            Column("valid_from", "s.valid_from", "Since when."),
            Column("valid_to", "s.valid_to", "Until when, itself excluded; empty while it lasts."),
            Column(
                "municipality_code",
                "coalesce(s.municipality_code, s.destination_code)",
                "KATOTTH code of the municipality it was given to.",
            ),
            Column("service_point_id", "s.service_point_id", "The service point where it stands."),
            Column("place", "s.place", "Kind of place, as a code."),
            Column("stage", "s.stage", "How far along it is, as a code."),
            Column("condition", "s.condition", "Whether it works, as a code."),
            Column("title", "s.title", "Whose property it is, as a code."),
        ),
    ),
    "asset_shares": View(
        "Who paid what per cent of an asset.",
        "asset_share AS s JOIN party AS d ON d.id = s.donor_id",
        (
            Column("asset_id", "s.asset_id", "Identifier of the asset."),
            Column("donor_id", "s.donor_id", "Identifier of the donor."),
            Column("donor", "coalesce(d.short_name, d.name_en)", "Short name of the donor."),
            Column("percent", "s.percent", "Per cent of the value."),
        ),
    ),
    "events": View(
        "Every event of the ledger: what happened to which asset, when, and when it was recorded.",
        "event AS e",
        (
            Column("event_id", "e.id", "Identifier of the event."),
            Column("asset_id", "e.asset_id", "Identifier of the asset."),
            Column("seq", "e.seq", "Its place in the chain of the asset."),
            Column("kind", "e.kind", "Kind of event, as a code."),
            Column("occurred_at", "e.occurred_at", "When it happened on site."),
            Column("recorded_at", "e.recorded_at", "When the server stored it."),
            Column("programme_id", "e.programme_id", "Identifier of the programme."),
            Column("supersedes", "e.supersedes", "The event that it corrects."),
        ),
    ),
    "programmes": View(
        "Grant agreements.",
        "programme AS p JOIN party AS i ON i.id = p.implementer_id",
        (
            Column("programme_id", "p.id", "Identifier of the programme."),
            Column("programme", "p.code", "Code of the programme."),
            Column("name_uk", "p.name_uk", "Name in Ukrainian."),
            Column("name_en", "p.name_en", "Name in English."),
            Column("agreement", "p.agreement", "Number of the agreement."),
            Column("implementer", "coalesce(i.short_name, i.name_en)", "Who carries it out."),
            Column("legal_regime", "p.legal_regime", "Legal regime, as a code."),
            Column("currency", "p.currency", "Currency of the agreement (ISO 4217)."),
            Column("starts_on", "p.starts_on", "First day."),
            Column("ends_on", "p.ends_on", "Last day."),
        ),
    ),
    "funding_shares": View(
        "Who funds a programme, and by what per cent.",
        "funding_share AS f JOIN party AS d ON d.id = f.donor_id",
        (
            Column("programme_id", "f.programme_id", "Identifier of the programme."),
            Column("donor_id", "f.donor_id", "Identifier of the donor."),
            Column("donor", "coalesce(d.short_name, d.name_en)", "Short name of the donor."),
            Column("percent", "f.percent", "Per cent of the value."),
        ),
    ),
    "budgets": View(
        "What a programme may spend in total, from a day on; of several for one day the one recorded last counts.",
        "programme_budget AS b JOIN programme AS p ON p.id = b.programme_id",
        (
            Column("programme_id", "b.programme_id", "Identifier of the programme."),
            Column("programme", "p.code", "Code of the programme."),
            Column("since", "b.since", "The day from which it applies."),
            Column("amount", "b.amount", "The total that may be spent."),
            Column("currency", "b.currency", "Currency (ISO 4217)."),
            Column("recorded_at", "b.recorded_at", "When the server stored it."),
        ),
    ),
    "municipalities": View(
        "Municipalities of Ukraine.",
        "municipality AS m",
        (
            Column("municipality_code", "m.code", "KATOTTH code."),
            Column("pcode", "left(m.code, 9)", "OCHA p-code."),
            Column("name_uk", "m.name_uk", "Name in Ukrainian."),
            Column("name_en", "m.name_en", "Name in English."),
            Column("raion_uk", "m.raion_uk", "Raion."),
            Column("oblast_uk", "m.oblast_uk", "Oblast."),
            Column("population", "m.population", "Residents by the last estimate."),
        ),
    ),
    "situations": View(
        "Which list of territories of hostilities a municipality is on, from a day on; of several for one day the one recorded last counts.",
        "municipality_situation AS s",
        (
            Column("municipality_code", "s.municipality_code", "KATOTTH code."),
            Column("since", "s.since", "The day from which it applies."),
            Column("situation", "s.situation", "The list, as a code; none for one that left all of them."),
            Column("source", "s.source", "Which list said so, and of which day."),
            Column("recorded_at", "s.recorded_at", "When the server stored it."),
        ),
    ),
    "service_points": View(
        "Centres, remote workplaces, mobile offices and warehouses.",
        "service_point AS s",
        (
            Column("service_point_id", "s.id", "Identifier of the service point."),
            Column("municipality_code", "s.municipality_code", "KATOTTH code."),
            Column("kind", "s.kind", "Kind of service point, as a code."),
            Column("name_uk", "s.name_uk", "Name in Ukrainian."),
            Column("name_en", "s.name_en", "Name in English."),
            Column("status", "s.status", "Whether it works, as a code."),
        ),
    ),
    "consignments": View(
        "Packing lists on their way to a municipality.",
        "consignment AS c JOIN programme AS p ON p.id = c.programme_id",
        (
            Column("consignment_id", "c.id", "Identifier of the consignment."),
            Column("programme", "p.code", "Code of the programme."),
            Column("number", "c.number", "Number of the consignment."),
            Column("municipality_code", "c.municipality_code", "KATOTTH code."),
            Column("dispatched_at", "c.dispatched_at", "When it was sent."),
            Column("expected_on", "c.expected_on", "Day it is expected."),
        ),
    ),
    "acts": View(
        "Acts of acceptance-transfer.",
        "act AS t JOIN programme AS p ON p.id = t.programme_id",
        (
            Column("act_id", "t.id", "Identifier of the act."),
            Column("programme", "p.code", "Code of the programme."),
            Column("consignment_id", "t.consignment_id", "The consignment it hands over."),
            Column("number", "t.number", "Number of the act."),
            Column("status", "t.status", "How far it is signed, as a code."),
            Column("issued_at", "t.issued_at", "When it was made."),
            Column("signed_on", "t.signed_on", "Day it was signed by both."),
        ),
    ),
    "support_activities": View(
        "Training and other support that is not a thing.",
        "support_activity AS s JOIN programme AS p ON p.id = s.programme_id",
        (
            Column("activity_id", "s.id", "Identifier of the activity."),
            Column("programme", "p.code", "Code of the programme."),
            Column("municipality_code", "s.municipality_code", "KATOTTH code."),
            Column("kind", "s.kind", "Kind of support, as a code."),
            Column("title_uk", "s.title_uk", "Title in Ukrainian."),
            Column("title_en", "s.title_en", "Title in English."),
            Column("starts_on", "s.starts_on", "First day."),
            Column("ends_on", "s.ends_on", "Last day."),
            Column("women", "s.women", "Women who took part."),
            Column("men", "s.men", "Men who took part."),
        ),
    ),
    "exchange_rates": View(
        "Recorded exchange rates.",
        "exchange_rate AS r",
        (
            Column("currency", "r.currency", "Currency (ISO 4217)."),
            Column("day", "r.day", "Day of the rate."),
            Column("uah", "r.uah", "Hryvnias for one unit."),
            Column("source", "r.source", "Who published it."),
            Column("recorded_at", "r.recorded_at", "When the server stored it."),
        ),
    ),
}
