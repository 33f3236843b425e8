"""The words of programmes [pure]."""

from typing import Literal, get_args

PartyKind = Literal["donor", "implementer", "council", "supplier", "carrier"]
LegalRegime = Literal["technical_assistance", "humanitarian", "charity", "budget"]
TitleRule = Literal["on_acceptance", "at_programme_end", "by_decision"]
ActivityKind = Literal["training", "technical_assistance", "psychological_support", "go_live"]
PARTY_KINDS: tuple[PartyKind, ...] = get_args(PartyKind)
LEGAL_REGIMES: tuple[LegalRegime, ...] = get_args(LegalRegime)
TITLE_RULES: tuple[TitleRule, ...] = get_args(TitleRule)
ACTIVITY_KINDS: tuple[ActivityKind, ...] = get_args(ActivityKind)
