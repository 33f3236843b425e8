"""The log-in of an organisation: OpenID Connect Core 1.0, authorization code with PKCE.

The provider says who somebody is, and nothing else: what they may do here is granted here. Signatures are
checked by joserfc; which algorithms, whose keys and which claims is decided in this module. Nothing that
the provider sends is written to the log.
"""

import base64
import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec

from asset_tracker.settings import LOOPBACK, Settings

# Most installations have no organisation to ask: what asks it is loaded when one is asked.
if TYPE_CHECKING:
    from joserfc import jwk

# Signed by a private key that only the provider has; never "none", never a secret that we share.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
LEEWAY = 60  # seconds that two clocks may differ
# An ID token is used at once; one that was signed long ago was kept by somebody.
_OLDEST = 600
_KEPT = 3600.0  # seconds that what the provider says of itself is remembered
_AGAIN = 60.0  # seconds between two looks for a key that we do not know
_LARGEST = 1_000_000  # bytes of an answer
_TIMEOUT = 10.0


class UntrustedError(Exception):
    """The log-in cannot be trusted, or did not happen; says why in words for the log."""


class Metadata(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0); fields that we do not use are left alone."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Begun(msgspec.Struct, frozen=True):
    """A log-in on its way: what the answer must fit. Kept here, never sent to the provider as it is."""

    issuer: str
    state: str
    nonce: str
    verifier: str


class Answer(msgspec.Struct, frozen=True):
    """What came back in the address."""

    code: str = ""
    state: str = ""
    iss: str = ""
    error: str = ""


class Person(msgspec.Struct, frozen=True):
    """Who it is for the provider. ``email``: only when the provider has verified it."""

    issuer: str
    subject: str
    email: str | None


class Provider:
    """One provider; remembers what it says of itself, and its keys until it signs with another."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        self._client_secret = settings.oidc_client_secret
        self._back = f"{settings.base_url}/login/organisation/back"
        self._metadata: Metadata | None = None
        self._keys: jwk.KeySet | None = None
        self._metadata_at = self._keys_at = float("-inf")

    async def begin(self) -> tuple[str, Begun]:
        """The address to send somebody to, and what their answer must fit. Raises UntrustedError."""
        metadata = await self._known()
        begun = Begun(self._issuer, *(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64.urlsafe_b64encode(sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._back,
                "scope": "openid email",
                "state": begun.state,
                "nonce": begun.nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        return f"{metadata.authorization_endpoint}{joint}{query}", begun

    async def finish(self, begun: Begun, answer: Answer) -> Person:
        """Who came back. Raises UntrustedError for whatever does not fit."""
        metadata = await self._known()
        if not answer.state or not secrets.compare_digest(answer.state.encode(), begun.state.encode()):
            raise UntrustedError("another state")
        if begun.issuer != self._issuer:
            raise UntrustedError("begun at another issuer")
        if answer.iss != self._issuer and (
            answer.iss or metadata.authorization_response_iss_parameter_supported
        ):
            raise UntrustedError("answered by another issuer")  # RFC 9207
        if answer.error or not answer.code:
            raise UntrustedError("the provider did not agree")
        tokens = await self._exchange(metadata, begun, answer.code)
        claims = await self._checked(metadata, begun, str(tokens.get("id_token", "")))
        if "email" not in claims and metadata.userinfo_endpoint and tokens.get("access_token"):
            claims |= await self._userinfo(metadata.userinfo_endpoint, tokens["access_token"], claims["sub"])
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Person(self._issuer, claims["sub"], email if verified else None)

    async def _known(self) -> Metadata:
        if self._metadata is None or time.monotonic() - self._metadata_at > _KEPT:
            said = await _ask("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            try:
                metadata = msgspec.convert(said, Metadata)
            except msgspec.ValidationError as error:
                raise UntrustedError("the provider does not say what it is") from error
            if metadata.issuer != self._issuer:
                raise UntrustedError("the provider says that it is another")
            for address in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
                _check_address(address)
            self._metadata, self._metadata_at = metadata, time.monotonic()
        return self._metadata

    async def _exchange(self, metadata: Metadata, begun: Begun, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": begun.verifier,
        }
        basic = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            from httpx import BasicAuth

            basic = BasicAuth(_form_encoded(self._client_id), _form_encoded(self._client_secret))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return await _ask("POST", metadata.token_endpoint, data=form, auth=basic)

    async def _checked(self, metadata: Metadata, begun: Begun, token: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        algorithms = ALGORITHMS & set(metadata.id_token_signing_alg_values_supported)
        key = await self._key_for(metadata, token, algorithms)
        try:
            claims = dict(jwt.decode(token, key, algorithms=sorted(algorithms)).claims)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self._issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": begun.nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise UntrustedError(f"the ID token: {type(error).__name__}") from error
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != self._client_id:
            raise UntrustedError("the ID token is for another client")
        if claims["iat"] < time.time() - _OLDEST:
            raise UntrustedError("the ID token was signed long ago")
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise UntrustedError("the ID token names nobody")
        return claims

    async def _key_for(self, metadata: Metadata, token: str, algorithms: frozenset[str]) -> Any:
        """The one key that the token says it was signed with; the provider may have taken a new one."""
        try:
            head = token.partition(".")[0]
            header = msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
            algorithm, kid = header["alg"], header.get("kid")
        except (ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
            raise UntrustedError("no ID token") from error
        if algorithm not in algorithms:
            raise UntrustedError("the ID token is signed in a way that we do not take")
        for again in (False, True):
            fitting = [key for key in await self._keyset(metadata, again=again) if _fits(key, kid)]
            if len(fitting) == 1:
                return fitting[0]
        raise UntrustedError("the ID token is signed with an unknown key")

    async def _keyset(self, metadata: Metadata, *, again: bool) -> list[Any]:
        from joserfc import jwk
        from joserfc.errors import JoseError

        old = time.monotonic() - self._keys_at
        if self._keys is None or old > _KEPT or (again and old > _AGAIN):
            try:
                said = await _ask("GET", metadata.jwks_uri)
                self._keys = jwk.KeySet.import_key_set({"keys": said["keys"]})
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise UntrustedError("the provider's keys cannot be read") from error
            self._keys_at = time.monotonic()
        return list(self._keys.keys)

    async def _userinfo(self, address: str, access_token: str, subject: str) -> dict[str, Any]:
        _check_address(address)
        said = await _ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != subject:
            raise UntrustedError("told of somebody else")
        return {name: said[name] for name in ("email", "email_verified") if name in said}


def _fits(key: Any, kid: str | None) -> bool:
    told: dict[str, Any] = key.as_dict(private=False)
    if told.get("use", "sig") != "sig" or key.key_type == "oct":
        return False
    return kid is None or told.get("kid") == kid


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise UntrustedError("the provider has an address without TLS")


def _form_encoded(text: str) -> str:
    """RFC 6749, 2.3.1: both parts are form-encoded before they are put together."""
    return urlencode({"": text})[1:]


async def _ask(method: str, address: str, **more: Any) -> dict[str, Any]:
    """A JSON object. Redirects are not followed: they would carry the code or the secret elsewhere."""
    import httpx

    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream(method, address, **more) as answer,
        ):
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise UntrustedError("the provider answers without end")
            status = answer.status_code
        if status != 200:
            raise UntrustedError(f"the provider answers {status}")
        said = msgspec.json.decode(body)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UntrustedError(f"the provider cannot be asked: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise UntrustedError("the provider does not answer as agreed")
    return said
