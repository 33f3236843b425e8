"""The parties, programmes and people of the demonstration [pure]."""

import hmac
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from asset_tracker.access.actors import Actor, Grant, Role
from asset_tracker.demo.batches import BARANIVKA
from asset_tracker.demo.fixed import fixed_id
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme

PROSTO: Final = fixed_id("programme", "PROSTO")
EGA: Final = fixed_id("programme", "EGA-ZHYTOMYR")
PROGRAMMES_BY_CODE: Final = {"PROSTO": PROSTO, "EGA-ZHYTOMYR": EGA}

SIDA, ESTDEV, SALAR, EGA_ACADEMY = (fixed_id("party", name) for name in ("sida", "estdev", "salar", "ega"))

PARTIES: Final[dict[UUID, NewParty]] = {
    SIDA: NewParty(
        kind="donor",
        name_uk="Шведське агентство з питань міжнародної співпраці та розвитку (Sida)",
        name_en="Swedish International Development Cooperation Agency (Sida)",
        short_name="Sida",
        currency="SEK",
    ),
    ESTDEV: NewParty(
        kind="donor",
        name_uk="Естонський центр міжнародного розвитку (ESTDEV)",
        name_en="Estonian Centre for International Development (ESTDEV)",
        short_name="ESTDEV",
        currency="EUR",
    ),
    SALAR: NewParty(
        kind="implementer", name_uk="SALAR International", name_en="SALAR International", short_name="SALAR"
    ),
    EGA_ACADEMY: NewParty(
        kind="implementer",
        name_uk="Академія електронного урядування (eGA)",
        name_en="e-Governance Academy (eGA)",
        short_name="eGA",
    ),
}

PROGRAMMES: Final[dict[UUID, NewProgramme]] = {
    PROSTO: NewProgramme(
        code="PROSTO",
        name_uk="Підтримка доступності послуг в Україні (PROSTO)",
        name_en="Support to Services Accessibility in Ukraine (PROSTO)",
        implementer=SALAR,
        shares=(Share(SIDA, Decimal(100)),),
        starts_on=date(2021, 1, 1),
        ends_on=date(2024, 12, 31),
        demonstration=True,
    ),
    EGA: NewProgramme(
        code="EGA-ZHYTOMYR",
        name_uk="Підвищення цифрової спроможності ЦНАП Житомирщини у наданні публічних послуг",
        name_en="Increasing Digital Capacity of Zhytomyr Administrative Service Centers in Public Services Delivery",
        implementer=EGA_ACADEMY,
        shares=(Share(ESTDEV, Decimal(100)),),
        currency="EUR",
        starts_on=date(2024, 7, 1),
        ends_on=date(2025, 2, 28),
        demonstration=True,
    ),
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can log in; named by what they do, since no such person exists."""

    key: str
    name: str
    grants: tuple[Grant, ...]

    @property
    def id(self) -> UUID:
        return fixed_id("person", self.key)

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"

    @property
    def role(self) -> Role:
        return self.grants[0].role

    @property
    def actor(self) -> Actor:
        return Actor(id=self.id, name=self.name, grants=self.grants)


PEOPLE: Final[tuple[Person, ...]] = (
    Person(key="administrator", name="Адміністратор (демо)", grants=(Grant(role="administrator"),)),
    Person(
        key="coordinator",
        name="Координатор обох програм (демо)",
        grants=(Grant(role="coordinator", programme=PROSTO), Grant(role="coordinator", programme=EGA)),
    ),
    Person(
        key="technician",
        name="Технік (демо)",
        grants=(Grant(role="technician", programme=PROSTO), Grant(role="technician", programme=EGA)),
    ),
    Person(
        key="custodian",
        name="Відповідальна особа, Баранівка (демо)",
        grants=(Grant(role="custodian", area=BARANIVKA),),
    ),
    Person(key="sida", name="Донор Sida (демо)", grants=(Grant(role="donor", donor=SIDA),)),
    Person(key="estdev", name="Донор ESTDEV (демо)", grants=(Grant(role="donor", donor=ESTDEV),)),
    Person(key="auditor", name="Аудитор (демо)", grants=(Grant(role="auditor"),)),
)
BY_KEY: Final = {person.key: person for person in PEOPLE}


def password(secret_key: str, person: Person) -> str:
    """The password of a demonstration account: the same at every start of one installation, known to no other.

    The accounts are as real as any, so a password that stands in a public file would open every installation.
    """
    digest = hmac.new(secret_key.encode(), f"demo/{person.email}".encode(), sha256).digest()
    letters = "abcdefghjkmnpqrstvwxyz23456789"
    text = "".join(letters[byte % len(letters)] for byte in digest[:12])
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
