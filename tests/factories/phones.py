"""A phone of a test: registers, numbers its events, has a clock that may be wrong, seals its queue."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from asset_tracker.access import sealed_box
from factories.house import event


class Phone:
    """``off``: how far its wall clock is ahead of ours. Its monotonic clock counts from its start."""

    def __init__(self, house, who, *, off=timedelta(0), alg="X25519"):
        self.house, self.who, self.off, self.alg = house, who, off, alg
        self.id, self.seq, self.boot = str(uuid4()), 0, "start 1"
        self.started = datetime.now(UTC)
        self.private = (
            X25519PrivateKey.generate() if alg == "X25519" else ec.generate_private_key(ec.SECP256R1())
        )
        self.known = None

    @property
    def now(self):
        return datetime.now(UTC) + self.off

    def reading(self, ago=timedelta(0)):
        now = datetime.now(UTC) - ago
        mono = (now - self.started) / timedelta(milliseconds=1)
        return {"wall": (now + self.off).isoformat(), "mono": mono, "boot": self.boot}

    async def register(self, *, with_key=True):
        new = {"id": self.id, "name": "Samsung A14"}
        if with_key:
            new["public_key"] = b64encode(sealed_box.public_bytes(self.private)).decode()
        answer = await self.house.ask(self.who, "POST", "/api/v1/devices", json=new)
        assert answer.status_code == 200, answer.text
        self.known = answer.json()
        return self

    def sees(self, kind, asset="{laptop}", *, ago=timedelta(0), **more):
        """A fact as this phone tells it, stamped."""
        self.seq += 1
        clock = self.reading(ago) | {"sent": self.reading()}
        stamp = {"id": self.id, "seq": self.seq, "clock": clock}
        told = {"occurred_at": clock["wall"], "device": stamp} | more
        return self.house.filled([event(kind, asset, **told)])[0]

    async def send(self, *facts, who=None):
        answer = await self.house.ask(who or self.who, "POST", "/api/v1/events", json=list(facts))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sealed(self, *texts, proven=True):
        """A file with a box for each of the texts."""
        server = self.known["server_key" if self.alg == "X25519" else "server_key_p256"]
        boxes = [
            sealed_box.seal(
                msgspec.json.encode(each),
                key_id=self.known["key_id"],
                device=self.id,
                server_public=b64decode(server),
                device_private=self.private if proven else None,
            )
            for each in texts
        ]
        return {
            "format": "asset-tracker-sealed",
            "v": 1,
            "alg": self.alg,
            "key_id": self.known["key_id"],
            "device": self.id,
            "mode": "device" if proven else "anonymous",
            "boxes": msgspec.to_builtins(boxes),
        }
