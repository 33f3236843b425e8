"""What the events of an asset say to verification campaigns, loss cases, maintenance plans and work orders [pure]."""

from uuid import UUID

import msgspec

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.state import LossCase, PlanDone, Seen, State


def see(state: State, event: Event, payload: ev.Verified) -> None:
    """A campaign counts what was scanned, whatever else is known of the asset."""
    if payload.campaign is None:
        return
    # A second scan that says less does not take back what the first one said.
    before = state.seen.get(str(payload.campaign))
    said = {
        name: getattr(payload, name) or getattr(before, name, None)
        for name in ("service_point", "municipality", "condition", "use")
    }
    seen = Seen(
        event=event.id,
        at=event.occurred_at,
        by=event.actor,
        times=before.times + 1 if before else 1,
        **said,
    )
    state.seen = {**state.seen, str(payload.campaign): seen}


def open_case(state: State, event: Event, case: UUID | None) -> None:
    """A damage or loss is investigated from the moment that it is told."""
    opened = LossCase(
        id=case or event.id,
        event=event.id,
        kind=event.kind,
        at=event.occurred_at,
        municipality=state.municipality or state.destination,
        service_point=state.service_point,
    )
    state.cases = (*state.cases, opened)
    state.case_open = True


def close_cases(state: State, event: Event, payload: ev.LossClosed) -> None:
    """The decision closes the case that it names, or all that are open."""
    state.cases = tuple(
        msgspec.structs.replace(
            case, open=False, decision=payload.decision, reason=payload.reason, closed_at=event.occurred_at
        )
        if case.open and payload.case in (None, case.id)
        else case
        for case in state.cases
    )
    state.case_open = any(case.open for case in state.cases)


def done(state: State, event: Event, payload: ev.Maintained | ev.Repaired) -> None:
    """Maintenance by a plan moves the plan's next turn; what a work order asked for closes it."""
    told = PlanDone(event.occurred_at, getattr(payload, "meter", None))
    named = (getattr(payload, "plan", None), payload.order)
    state.done = {**state.done, **{str(each): told for each in named if each}}
