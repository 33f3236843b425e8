"""Phones: registered, listed, revoked."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices, sealing_keys
from asset_tracker.access.actors import Actor
from asset_tracker.access.devices import DeviceView, NewDevice
from asset_tracker.access.sessions import Authenticated


class Registered(msgspec.Struct, frozen=True):
    """The phone is known. What to seal its queue to: raw public keys in base64, both named by ``key_id``."""

    id: UUID
    key_id: str
    server_key: bytes
    server_key_p256: bytes


@post("/devices", status_code=200)
async def register_device(
    request: Request[Actor, Authenticated, State],
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: JSONBody[NewDevice],
) -> Registered:
    """Register this phone for oneself; say it again after each log-in, so that its session is known."""
    await devices.register(conn, actor, data, request.auth.session)
    folder: Path = request.app.state.settings.data_dir
    key = await sealing_keys.in_use(conn, folder)
    return Registered(data.id, key.id, key.x25519, key.p256)


@get("/devices")
async def list_devices(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[DeviceView]:
    """One's own phones, the last seen first; ``to_come`` counts their facts that have not arrived."""
    return await devices.list_own(conn, actor)


@delete("/devices/{device_id:uuid}", status_code=204)
async def revoke_device(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], device_id: FromPath[UUID]
) -> None:
    """Revoke a phone that was lost: its session ends, and what it sends from now on waits in quarantine."""
    await devices.revoke(conn, actor, device_id)


ROUTES: tuple[Any, ...] = (register_device, list_devices, revoke_device)
