"""Where webhooks may go: hosts that the operator has named, and never an address inside of a network [pure].

A name must stand in the list and resolve to public addresses only, all of them; the address that was checked
is the one that is spoken to. An address that the operator wrote into the list is meant as it stands: so a
program on the same network can be reached, by a decision of whoever runs the server, never of a page.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from asset_tracker.errors import FieldError, InvalidError

MAX_URL = 500
Address = IPv4Address | IPv6Address


def check_url(url: str, allowed: Collection[str]) -> str:
    """The address of a webhook as it is kept. Raises InvalidError for one that may not be used.

    ``allowed`` are hosts, perhaps with a port (``hooks.example.org``, ``10.0.0.5:8080``); https, except to
    an address that is named there.
    """
    url = url.strip()
    parts = _split(url)
    if parts is None or parts.username or parts.password or parts.fragment or len(url) > MAX_URL:
        raise _wrong("An address such as https://hooks.example.org/path is expected.")
    if not is_allowed(parts, allowed):
        raise _wrong("Webhooks may not go to this host; whoever runs the server lists the allowed ones.")
    if parts.scheme != "https" and not (parts.scheme == "http" and literal(parts) is not None):
        raise _wrong("An address such as https://hooks.example.org/path is expected.")
    return url


def is_allowed(parts: SplitResult, allowed: Collection[str]) -> bool:
    """Whether the host, with the port that is written or without one, stands in the list."""
    host = (parts.hostname or "").rstrip(".")
    bracketed = f"[{host}]" if ":" in host else host
    named = {f"{bracketed}:{parts.port}"} if parts.port else {host, bracketed}
    return bool(host) and bool(named & set(allowed))


def literal(parts: SplitResult) -> Address | None:
    """The address that the host is written as; None for a name."""
    with suppress(ValueError):
        return ip_address(parts.hostname or "")
    return None


def public(addresses: Sequence[str]) -> str | None:
    """The first of a name's addresses, if all of them are public; else None."""
    found = [ip_address(each.partition("%")[0]) for each in addresses]
    return str(found[0]) if found and all(map(is_public, found)) else None


def is_public(address: Address) -> bool:
    """Whether anybody on the internet can be meant by it."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None or address in _NAT64:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Network:
    """64:ff9b::/96 and 64:ff9b:1::/48, behind which an IPv4 address stands (RFC 6052, RFC 8215)."""

    def __contains__(self, address: IPv6Address) -> bool:
        return int(address) >> 96 == 0x64FF9B or int(address) >> 80 == 0x64FF9B0001


_NAT64 = _Network()


def _split(url: str) -> SplitResult | None:
    if any(ord(sign) <= 0x20 or sign == "\\" for sign in url):
        return None
    try:
        parts = urlsplit(url)
        valid = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return None
    return parts if valid and parts.hostname and parts.hostname.isascii() else None


def _wrong(message: str) -> InvalidError:
    return InvalidError(errors=(FieldError("url", message),))
