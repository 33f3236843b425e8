"""Requests that are asked all day long (a look-up, a list), answered by one statement that proves who asks."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from asset_tracker.access.actors import Actor
from asset_tracker.access.scope import reach
from asset_tracker.db.at_once import Asking, AtOnce
from asset_tracker.db.engine import transaction_for
from asset_tracker.edge.transaction import engine_of
from asset_tracker.edge.who import CLAIM, AnyRequest, identify, provide_actor, require_login

AT_ONCE: Final = {"at_once": True}
"""The ``opt`` of a route whose handler answers by ``at_once``, and only reads."""
T = TypeVar("T")


async def at_once(request: AnyRequest, work: Callable[[Asking, Actor], Awaitable[T]]) -> T:
    """What ``work`` answers for whoever asks.

    It may be done twice: first as who they were a moment ago, which its first question proves or refutes; then
    as who they are found to be, in a transaction. So it changes nothing. Raises what ``work`` raises.
    """
    state, known = request.app.state, request.scope["state"].pop(CLAIM, None)
    if known is not None:
        if proof := known.claim.proof():
            asking = AtOnce(state.engine, proof, known.reach, known.settings)
            try:
                return await work(asking, known.claim.found.actor)
            except Exception:
                # What is refused to somebody who is not proven yet is refused to nobody.
                if asking.proven:
                    raise
        await identify(request)
        require_login(request.scope)
    actor = await provide_actor(request)
    async with transaction_for(await engine_of(request, state), reach(actor)) as conn:
        return await work(conn, actor)
