"""What each kind of fact does to the state of an asset: one function a kind [pure].

A fact that contradicts what stands is not refused here; it becomes a ``Dispute``.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from asset_tracker.ledger import events as ev
from asset_tracker.ledger import serving, tracks
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.state import Dispute, State
from asset_tracker.ledger.values import GoneReason, Stage, Use

_ORDER: dict[Stage, int] = {
    "expected": 0,
    "received": 1,
    "dispatched": 2,
    "delivered": 3,
    "accepted": 4,
    "installed": 5,
    "in_service": 6,
    "out_of_service": 6,
    "gone": 9,
}
# Facts that say somebody saw or handled the thing itself.
_PHYSICAL = (
    ev.Packed,
    ev.Dispatched,
    ev.Received,
    ev.Delivered,
    ev.Installed,
    ev.Commissioned,
    ev.Verified,
    ev.UseChanged,
    ev.Maintained,
    ev.Repaired,
    ev.SentForRepair,
    ev.Moved,
    ev.Lent,
    ev.Evacuated,
    ev.Damaged,
)


P = TypeVar("P", bound=ev.Payload)
_Fold = Callable[[State, Event, Any], None]
_FOLDS: dict[type[ev.Payload], _Fold] = {}


def _folds(
    kind: type[P],
) -> Callable[[Callable[[State, Event, P], None]], Callable[[State, Event, P], None]]:
    def keep(fold: Callable[[State, Event, P], None]) -> Callable[[State, Event, P], None]:
        _FOLDS[kind] = fold
        return fold

    return keep


def apply(state: State, event: Event) -> None:
    """Change ``state`` by what ``event`` tells; a kind without a fold changes nothing."""
    payload = event.payload
    if isinstance(payload, ev.Verified):
        tracks.see(state, event, payload)
    if state.gone and isinstance(payload, _PHYSICAL):
        _dispute(
            state, "It was recorded as gone, and yet somebody handled it afterwards.", state.gone_by, event.id
        )
        return
    fold = _FOLDS.get(type(payload))
    if fold:
        fold(state, event, payload)


def _dispute(state: State, reason: str, *about: UUID | None) -> None:
    state.disputes = (*state.disputes, Dispute(tuple(e for e in about if e), reason))


def _put(state: State, where: Any) -> None:
    """Where it is now: a service point, or a municipality when that is all that is known."""
    if where.service_point:
        state.place, state.service_point = "service_point", where.service_point
        state.municipality = where.municipality or state.municipality
    elif where.municipality:
        state.place, state.service_point, state.municipality = "municipality", None, where.municipality
    state.room = getattr(where, "room", None)
    state.inaccessible = False


def _reach(state: State, stage: Stage) -> None:
    if _ORDER[stage] > _ORDER[state.stage] or state.stage == "out_of_service":
        state.stage = stage
    if _ORDER[stage] > _ORDER[state.stage_before]:
        state.stage_before = stage


def _stop(state: State) -> None:
    """Out of service, if it had come so far."""
    if _ORDER[state.stage] >= _ORDER["delivered"]:
        state.stage = "out_of_service"


def _leave(state: State, event: Event, reason: GoneReason) -> None:
    state.stage, state.gone, state.gone_by = "gone", reason, event.id
    state.place, state.service_point, state.room = "unknown", None, None


# --- what each kind does ---------------------------------------------------------------------------


_REGISTERED = tuple(name for name in ev.Registered.__struct_fields__ if name not in ("note", "photos"))
_registered_values = attrgetter(*_REGISTERED)


@_folds(ev.Registered)
def _registered(s: State, e: Event, p: ev.Registered) -> None:
    if s.tag:
        _dispute(s, "It was registered twice.", e.id)
        return
    for name, value in zip(_REGISTERED, _registered_values(p), strict=True):
        setattr(s, name, value)


@_folds(ev.Described)
def _described(s: State, _e: Event, p: ev.Described) -> None:
    for name in p.__struct_fields__:
        value = getattr(p, name)
        if name not in ("note", "photos", "attributes", "cleared") and value is not None:
            setattr(s, name, value)
    kept = {key: value for key, value in s.attributes.items() if key not in p.cleared}
    s.attributes = {**kept, **p.attributes}


@_folds(ev.LabelBound)
def _label_bound(s: State, _e: Event, p: ev.LabelBound) -> None:
    if p.tag != s.tag:
        s.old_tags, s.tag = (*s.old_tags, s.tag), p.tag


@_folds(ev.LabelReplaced)
def _label_replaced(s: State, _e: Event, p: ev.LabelReplaced) -> None:
    s.old_tags, s.tag = (*(t for t in s.old_tags if t != p.old), p.old), p.new


@_folds(ev.LabelRetired)
def _label_retired(s: State, _e: Event, p: ev.LabelRetired) -> None:
    s.retired_tags = (*s.retired_tags, p.tag)


@_folds(ev.CodeLinked)
def _code_linked(s: State, _e: Event, p: ev.CodeLinked) -> None:
    s.codes = (*s.codes, p.code)


@_folds(ev.Packed)
def _packed(s: State, _e: Event, p: ev.Packed) -> None:
    s.kit = p.kit


@_folds(ev.Unpacked)
def _unpacked(s: State, _e: Event, _p: ev.Unpacked) -> None:
    s.kit = None


@_folds(ev.Consigned)
def _consigned(s: State, _e: Event, p: ev.Consigned) -> None:
    s.consignment, s.line = p.consignment, p.line
    s.destination = p.destination or s.destination


@_folds(ev.Dispatched)
def _dispatched(s: State, e: Event, p: ev.Dispatched) -> None:
    if s.custody:
        _dispute(s, "It was sent on its way after it was delivered.", s.custody, e.id)
    s.stage = s.stage_before = "dispatched"
    s.place, s.service_point, s.municipality, s.room = "in_transit", None, None, None
    s.destination = p.destination or s.destination
    s.consignment = p.consignment or s.consignment
    s.custody = s.outcome = None


@_folds(ev.Received)
def _received(s: State, _e: Event, p: ev.Received) -> None:
    _put(s, p)
    s.place, s.stage, s.stage_before = "warehouse", "received", "received"
    s.condition, s.custody = p.condition, None


@_folds(ev.Delivered)
def _delivered(s: State, e: Event, p: ev.Delivered) -> None:
    if s.custody:
        _dispute(s, "It was delivered twice, and nothing was recorded in between.", s.custody, e.id)
    s.custody, s.delivered_at, s.outcome = e.id, e.occurred_at, p.outcome
    s.delivered_quantity, s.found_serial = p.quantity, p.found_serial
    if p.municipality or p.service_point:
        _put(s, p)
    elif s.destination:
        s.place, s.service_point, s.municipality = "municipality", None, s.destination
    if p.outcome == "damaged":
        s.condition = "needs_attention"
    if p.outcome == "wrong_serial":
        _dispute(s, "It was delivered with another serial number.", e.id)
    _reach(s, "delivered")


@_folds(ev.Refused)
def _refused(s: State, _e: Event, _p: ev.Refused) -> None:
    s.outcome = "refused"
    s.stage = s.stage_before = "dispatched"
    s.place, s.service_point, s.municipality, s.custody = "in_transit", None, None, None


@_folds(ev.Accepted)
def _accepted(s: State, e: Event, p: ev.Accepted) -> None:
    if (
        s.act
        and s.act != p.act
        and s.custody
        and s.accepted_at
        and s.delivered_at
        and s.accepted_at >= s.delivered_at
    ):
        _dispute(s, "Two acts say that it was accepted.", s.accepted_by, e.id)
    s.act, s.act_number, s.accepted_at, s.accepted_by = p.act, p.act_number, e.occurred_at, e.id
    if s.stage != "out_of_service":
        _reach(s, "accepted")


@_folds(ev.TitleTransferred)
def _title_transferred(s: State, _e: Event, p: ev.TitleTransferred) -> None:
    s.title = p.to


@_folds(ev.BalanceRecorded)
def _balance_recorded(s: State, _e: Event, p: ev.BalanceRecorded) -> None:
    s.inventory_number, s.balance_on, s.published_on = p.inventory_number, p.recorded_on, p.published_on


@_folds(ev.Installed)
def _installed(s: State, e: Event, p: ev.Installed) -> None:
    if p.municipality and s.municipality and p.municipality != s.municipality:
        _dispute(s, "It was installed in another municipality than it was delivered to.", s.custody, e.id)
    _put(s, p)
    s.installed_at = e.occurred_at
    if s.condition == "unknown":
        s.condition = "working"
    _reach(s, "installed")


@_folds(ev.Commissioned)
def _commissioned(s: State, e: Event, _p: ev.Commissioned) -> None:
    s.commissioned_at, s.use = e.occurred_at, "in_use"
    _reach(s, "in_service")


@_folds(ev.Verified)
def _verified(s: State, e: Event, p: ev.Verified) -> None:
    if p.method == "attested":
        s.attested_at = e.occurred_at  # worth less than a visit, and no visit is put off by it
    else:
        s.verified_at, s.verified_how = e.occurred_at, p.method
    if p.service_point or p.municipality:
        _put(s, p)
    if p.condition:
        s.condition = p.condition
    if p.use:
        _use(s, p.use)


def _use(s: State, use: Use) -> None:
    s.use = use
    if use in ("in_use", "standby"):
        _reach(s, "in_service")
    else:
        _stop(s)


@_folds(ev.UseChanged)
def _use_changed(s: State, _e: Event, p: ev.UseChanged) -> None:
    _use(s, p.use)


@_folds(ev.FaultReported)
def _fault_reported(s: State, _e: Event, p: ev.FaultReported) -> None:
    s.condition = p.condition
    if p.condition == "unserviceable":
        _stop(s)


@_folds(ev.Maintained)
def _maintained(s: State, e: Event, p: ev.Maintained) -> None:
    s.maintained_at = e.occurred_at
    s.meter = p.meter or s.meter
    tracks.done(s, e, p)
    if p.condition:
        s.condition = p.condition


@_folds(ev.Repaired)
def _repaired(s: State, e: Event, p: ev.Repaired) -> None:
    s.condition, s.maintained_at = p.condition, e.occurred_at
    tracks.done(s, e, p)
    _back(s)


def _back(s: State) -> None:
    """Back where it stood before it broke or left."""
    if s.stage == "out_of_service":
        s.stage = s.stage_before
    if s.place == "away":
        s.place = "service_point" if s.service_point else "municipality" if s.municipality else "unknown"
    s.lent_until = None


@_folds(ev.ServiceCounted)
def _service_counted(s: State, e: Event, p: ev.ServiceCounted) -> None:
    s.meter = p.meter or s.meter
    if not serving.counted(s, p, e.occurred_at):
        _dispute(s, "Some of these days were counted before, so this count is left out.", e.id)


@_folds(ev.SentForRepair)
def _sent_for_repair(s: State, _e: Event, _p: ev.SentForRepair) -> None:
    s.place = "away"
    _stop(s)


@_folds(ev.Moved)
def _moved(s: State, _e: Event, p: ev.Moved) -> None:
    _put(s, p)


@_folds(ev.Evacuated)
def _evacuated(s: State, _e: Event, p: ev.Evacuated) -> None:
    _put(s, p)


@_folds(ev.Lent)
def _lent(s: State, _e: Event, p: ev.Lent) -> None:
    s.place, s.lent_until = "away", p.until


@_folds(ev.Returned)
def _returned(s: State, e: Event, p: ev.Returned) -> None:
    if p.to_donor:
        _leave(s, e, "returned")
        s.municipality = None
        return
    if s.gone:
        _dispute(s, "It was recorded as gone, and yet it came back.", s.gone_by, e.id)
        return
    _back(s)
    _put(s, p)
    s.condition = p.condition or s.condition


@_folds(ev.FoundInaccessible)
def _found_inaccessible(s: State, _e: Event, _p: ev.FoundInaccessible) -> None:
    s.inaccessible, s.condition = True, "unknown"
    if not s.gone:
        _stop(s)


@_folds(ev.Damaged)
def _damaged(s: State, e: Event, p: ev.Damaged) -> None:
    tracks.open_case(s, e, p.case)
    s.condition = p.condition
    if p.condition == "unserviceable":
        _stop(s)


def _loss(s: State, e: Event, reason: GoneReason, case: UUID | None) -> None:
    tracks.open_case(s, e, case)
    if s.gone == "disposed":
        _dispute(s, "It was disposed of before it was lost.", s.gone_by, e.id)
    elif s.gone != "destroyed":
        _leave(s, e, reason)


@_folds(ev.Destroyed)
def _destroyed(s: State, e: Event, p: ev.Destroyed) -> None:
    _loss(s, e, "destroyed", p.case)
    s.condition = "unserviceable"


@_folds(ev.Lost)
def _lost(s: State, e: Event, p: ev.Lost) -> None:
    _loss(s, e, "lost", p.case)


@_folds(ev.Stolen)
def _stolen(s: State, e: Event, p: ev.Stolen) -> None:
    _loss(s, e, "stolen", p.case)


@_folds(ev.Found)
def _found(s: State, e: Event, p: ev.Found) -> None:
    if s.gone not in (None, "lost", "stolen"):
        _dispute(s, "It was recorded as gone for good, and yet it was found.", s.gone_by, e.id)
        return
    if s.gone:
        s.gone, s.gone_by, s.stage = None, None, s.stage_before
        s.place = "municipality" if s.municipality else "unknown"
    _put(s, p)
    s.condition = p.condition


@_folds(ev.LossClosed)
def _loss_closed(s: State, e: Event, p: ev.LossClosed) -> None:
    tracks.close_cases(s, e, p)


@_folds(ev.Approved)
def _approved(_s: State, _e: Event, _p: ev.Approved) -> None:
    """That it was promised changes nothing of where it is or whose."""


@_folds(ev.ConsentGiven)
def _consent_given(s: State, _e: Event, p: ev.ConsentGiven) -> None:
    s.consents = (*s.consents, p.purpose)


@_folds(ev.Disposed)
def _disposed(s: State, e: Event, _p: ev.Disposed) -> None:
    if s.gone == "disposed":
        _dispute(s, "It was disposed of twice.", s.gone_by, e.id)
    elif not s.gone:
        _leave(s, e, "disposed")


@_folds(ev.VisibilitySet)
def _visibility_set(s: State, _e: Event, p: ev.VisibilitySet) -> None:
    s.visibility = p.status
