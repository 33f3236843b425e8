"""What comes next in a verification, a loss case, a disposal, and what rules ask for there."""

from datetime import date
from decimal import Decimal

import pytest

from asset_tracker.assets.guidance.disposals import Leaving, disposal_steps
from asset_tracker.assets.guidance.losses import Loss, loss_steps
from asset_tracker.assets.guidance.things import Thing, consents_lacking, kept_until
from asset_tracker.assets.guidance.verifications import Count, verification_steps
from asset_tracker.assets.guidance.words import in_words
from asset_tracker.i18n import gettext
from asset_tracker.programmes.policies import PRESETS, Rule

TODAY = date(2026, 11, 22)
YEARLY = Rule(rule="verification", number=12, source="order 879")
CONSENT = Rule(
    rule="consent", purposes=("disposal",), amount=Decimal(10_000), currency="USD", source="2 CFR 200.313(e)"
)
ON_TRANSFER = Rule(rule="consent", purposes=("transfer",), source="PRAG 7.5")
LIFE = Rule(rule="minimum_life", number=24, source="KMU 514")
TOLD = Rule(rule="loss_report", number=5, source="agreement")
PAPERS = Rule(rule="retention", number=36, source="2 CFR 200.334")
THING = Thing(tag="7K3M-9QXV", since=date(2026, 1, 15), ends_on=date(2026, 12, 31), title="municipality")


def with_rules(*rules, **more):
    return Thing(
        tag=THING.tag, since=THING.since, ends_on=THING.ends_on, title=THING.title, rules=rules, **more
    )


def count(**more):
    return verification_steps(Count(**{"id": "c", "status": "running", "expected": 3, **more}))


def loss(**more):
    usual = {
        "id": "l",
        "today": TODAY,
        "kinds": frozenset({"lost"}),
        "happened_on": date(2026, 11, 1),
        "is_open": True,
    }
    return loss_steps(Loss(**{**usual, "things": (THING,), **more}))


def leaving(**more):
    return disposal_steps(Leaving(**{"today": TODAY, "thing": THING, **more}))


def states(steps):
    return {step.key: step.state for step in steps}


def now(steps):
    """The one step that is for now; nothing where all is done."""
    found = [step for step in steps if step.state == "now"]
    assert len(found) <= 1
    return found[0] if found else None


def asked(steps, key):
    (step,) = [step for step in steps if step.key == key]
    return [(ask.text, ask.source) for ask in step.asks]


@pytest.mark.parametrize(
    ("it", "key"),
    [
        ({"not_scanned": 2}, "count"),
        ({"by_custodian": 1}, "count"),
        ({}, "end"),
        ({"status": "ended"}, "sign"),
        ({"status": "ended", "missing": 2, "unexplained": 2, "signed_on": date(2026, 12, 31)}, "missing"),
        ({"status": "ended", "missing": 2, "cases": ("a",), "signed_on": date(2026, 12, 31)}, "cases"),
        ({"status": "ended", "missing": 2, "signed_on": date(2026, 12, 31)}, None),
    ],
)
def test_a_count_goes_from_the_list_to_the_last_loss_case(it, key):
    step = now(count(**it))
    assert (step.key if step else None) == key
    assert step is None or step.button


def test_a_count_that_was_given_up_has_no_next_step():
    assert count(status="cancelled") == ()


def test_a_rule_says_by_when_things_are_seen_and_then_by_when_again():
    (ask, _) = now(count(not_scanned=1, asked=((YEARLY, date(2026, 12, 31)),))).asks
    assert (ask.due_on, ask.source) == (date(2026, 12, 31), "order 879")
    after = count(status="ended", signed_on=date(2026, 12, 31), asked=((YEARLY, date(2027, 12, 30)),))
    assert (after[-1].key, after[-1].state, after[-1].asks[0].due_on) == ("next", "later", date(2027, 12, 30))


def test_the_certificate_says_who_signs_it():
    (ask,) = now(count(status="ended", signers=("Олена", "Петро"))).asks
    assert ask.params == {"names": "Олена, Петро"}


@pytest.mark.parametrize(
    ("it", "key"),
    [
        ({"kinds": frozenset({"stolen"})}, "police"),
        ({"kinds": frozenset({"stolen"}), "report_number": "ЄО 7"}, "donor"),
        ({}, "donor"),
        ({"donor_informed_on": date(2026, 11, 2)}, "investigate"),
        ({"donor_informed_on": date(2026, 11, 2), "noted": True}, "decide"),
        (
            {"donor_informed_on": date(2026, 11, 2), "noted": True, "things": (with_rules(CONSENT),)},
            "consent",
        ),
        (
            {
                "donor_informed_on": date(2026, 11, 2),
                "noted": True,
                "things": (with_rules(CONSENT, consents=frozenset({"disposal"})),),
            },
            "decide",
        ),
        ({"donor_informed_on": date(2026, 11, 2), "is_open": False}, None),
    ],
)
def test_a_loss_case_goes_from_the_police_to_the_decision(it, key):
    step = now(loss(**it))
    assert (step.key if step else None) == key
    assert step is None or step.button


def test_a_closed_case_asks_for_consent_only_if_it_was_written_off():
    closed = {"is_open": False, "things": (with_rules(CONSENT),), "donor_informed_on": date(2026, 11, 2)}
    assert "consent" not in states(loss(**closed, decisions=frozenset({"recovered"})))
    assert states(loss(**closed, decisions=frozenset({"written_off"})))["consent"] == "now"


def test_the_donor_is_told_within_the_days_of_the_rule():
    step = now(loss(things=(with_rules(TOLD),), donors=("Sida",)))
    assert [ask.due_on for ask in step.asks] == [None, date(2026, 11, 6)]


def test_a_decision_names_who_decides_and_whose_approval_a_short_life_needs():
    (whose, life) = asked(loss(things=(with_rules(LIFE),)), "decide")
    assert whose[0].startswith("It belongs to the municipality")
    assert life[1] == "KMU 514"
    old = Thing(tag=THING.tag, since=date(2020, 1, 1), rules=(LIFE,))
    assert len(asked(leaving(thing=old, condition="unserviceable"), "dispose")) == 1
    assert kept_until(LIFE, THING.since) == date(2028, 1, 15)
    assert kept_until(LIFE, None) is None


def test_papers_are_kept_from_the_later_of_programme_and_case():
    closed = loss(things=(with_rules(PAPERS),), is_open=False, closed_on=date(2027, 2, 1))
    assert closed[-1].asks[0].params == {"day": date(2030, 2, 1)}
    before = loss(things=(with_rules(PAPERS),), is_open=False, closed_on=date(2026, 11, 20))
    assert before[-1].asks[0].params == {"day": date(2029, 12, 31)}
    assert loss(things=(with_rules(PAPERS),))[-1].asks[0].params == {"months": 36}


@pytest.mark.parametrize(
    ("it", "key"),
    [
        ({"condition": "working"}, "reason"),
        ({"condition": "unserviceable"}, "dispose"),
        ({"condition": "unknown"}, "dispose"),
        ({"condition": "unserviceable", "disputed": True}, "dispute"),
        ({"condition": "unserviceable", "case": "c"}, "case"),
        ({"condition": "unserviceable", "thing": with_rules(CONSENT)}, "consent"),
        ({"condition": "unserviceable", "thing": with_rules(ON_TRANSFER)}, "dispose"),
        ({"condition": "unserviceable", "thing": with_rules(CONSENT), "disposed_on": date(2026, 1, 1)}, None),
    ],
)
def test_a_disposal_goes_from_the_reason_to_the_record(it, key):
    step = now(leaving(**it))
    assert (step.key if step else None) == key
    assert step is None or step.button


def test_consent_is_asked_for_what_is_done_with_it():
    thing = with_rules(ON_TRANSFER)
    assert consents_lacking(thing) == ()
    assert consents_lacking(thing, "gift") == (ON_TRANSFER,)
    steps = leaving(thing=thing, condition="unserviceable")
    assert ("If somebody else is to have it, the donor must agree first.", "PRAG 7.5") in asked(
        steps, "dispose"
    )
    agreed = with_rules(ON_TRANSFER, CONSENT, consents=frozenset({"transfer"}))
    assert consents_lacking(agreed, "gift") == (CONSENT,)


def test_every_word_of_every_step_is_ukrainian_too():
    """Steps with all that the presets ask for, once with nothing done and once with all of it."""
    everything = tuple(rule for preset in PRESETS.values() for rule in preset.rules)
    thing = with_rules(*everything, CONSENT, LIFE, TOLD, PAPERS)
    other = Thing(tag="AAAA-AAAA", rules=(CONSENT,), title="donor")
    day = date(2027, 1, 31)
    found = (
        *count(not_scanned=1, by_custodian=1, unknown=1, differing=1, asked=((YEARLY, day),)),
        *count(
            status="ended", missing=1, unexplained=1, cases=("x",), signers=("Х",), asked=((YEARLY, day),)
        ),
        *loss(things=(thing, other, Thing(tag="B")), kinds=frozenset({"stolen"}), donors=("Sida",)),
        *loss(things=(thing,), is_open=False, closed_on=day, decisions=frozenset({"written_off"})),
        *leaving(thing=thing, condition="working", disputed=True, case="x"),
        *leaving(thing=thing, condition="working", disposed_on=day),
    )
    texts = {step.text for step in found} | {ask.text for step in found for ask in step.asks}
    texts |= {step.button.text for step in found if step.button}
    assert [text for text in texts if gettext("uk", text) == text] == []
    said = in_words("uk", found)
    assert any("10\u00a0000,00\u00a0$" in ask.text for step in said for ask in step.asks)
    assert any("31.01.2027" in ask.text for step in said for ask in step.asks)
    assert not any("%(" in ask.text for step in said for ask in step.asks)
