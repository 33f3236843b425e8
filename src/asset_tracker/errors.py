"""Business errors: classes that carry what they are about, and know nothing of HTTP.

``edge.problems`` holds the one table that turns them into answers.
Messages are English msgids with ``%(name)s`` places; the edge translates them.
"""

from typing import Any, ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One thing that is wrong with one field.

    ``field`` is a path such as ``lines[3].serial``; ``message`` an English msgid;
    ``params`` fill its places; ``expected`` says what would be right.
    """

    field: str
    message: str
    params: dict[str, Any] = {}
    expected: str | None = None


class AssetTrackerError(Exception):
    """Root of everything the product itself raises.

    ``code`` is stable and part of the contract (the last part of the problem's ``type``).
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", /, **params: Any) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFoundError(AssetTrackerError):
    """There is no such thing, or you may not see it."""

    code = "not-found"


class ForbiddenError(AssetTrackerError):
    """Your role does not allow this."""

    code = "forbidden"


class SecondFactorNeededError(ForbiddenError):
    """Your role needs a second factor: set one up first."""

    code = "second-factor"


class UnauthenticatedError(AssetTrackerError):
    """Please log in."""

    code = "unauthenticated"


class InvalidError(AssetTrackerError):
    """Something in what was sent is not right; each field is named."""

    code = "invalid"

    def __init__(self, message: str = "", /, errors: tuple[FieldError, ...] = (), **params: Any) -> None:
        super().__init__(message, **params)
        self.errors = errors


class ConflictError(AssetTrackerError):
    """It contradicts what is already recorded."""

    code = "conflict"


class StaleError(ConflictError):
    """The asset has moved on since you looked; nothing was saved.

    ``happened`` says what happened.
    """

    code = "stale"

    def __init__(self, message: str = "", /, happened: tuple[Any, ...] = (), **params: Any) -> None:
        super().__init__(message, **params)
        self.happened = happened


class RefusedError(ConflictError):
    """The rules do not allow this in the asset's present state."""

    code = "refused"


class TooLargeError(AssetTrackerError):
    """What was sent is larger than allowed."""

    code = "too-large"


class ThrottledError(AssetTrackerError):
    """Too many attempts; wait before the next."""

    code = "throttled"

    def __init__(self, message: str = "", /, retry_after: int = 60, **params: Any) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class UnavailableError(AssetTrackerError):
    """The system cannot answer just now; nothing was saved."""

    code = "unavailable"


class DiskFullError(UnavailableError):
    """The disk is full; nothing was saved."""

    code = "disk-full"
