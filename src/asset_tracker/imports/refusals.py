"""A business error that was raised in a worker, kept until whoever asked can be told. [pure]"""

from typing import Any, Final

import msgspec

from asset_tracker import errors as err

# The edges tell these apart by class; any other is a conflict with a code of its own.
_CLASSES: Final = {
    each.code: each
    for each in (
        err.InvalidError,
        err.NotFoundError,
        err.ForbiddenError,
        err.ConflictError,
        err.TooLargeError,
        err.UnavailableError,
    )
}


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``code`` names the class of the error; ``message`` is an English msgid."""

    code: str
    message: str
    params: dict[str, Any] = {}
    errors: tuple[err.FieldError, ...] = ()


BROKEN_OFF: Final = Refusal(
    code=err.UnavailableError.code, message="The work was interrupted several times; start it again."
)


class RefusedError(err.ConflictError):
    """A conflict that was found by a worker; its code is the one that was found."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, **refusal.params)
        self.code = refusal.code  # type: ignore[misc]  # of this one, not of the class


def refusal_of(error: err.AssetTrackerError) -> Refusal:
    """What is to be kept of an error."""
    return Refusal(
        code=error.code,
        message=error.message,
        params=msgspec.to_builtins(error.params),
        errors=error.errors if isinstance(error, err.InvalidError) else (),
    )


def error_of(refusal: Refusal) -> err.AssetTrackerError:
    """The error to be raised where somebody waits for it."""
    if refusal.code == err.InvalidError.code:
        return err.InvalidError(refusal.message, errors=refusal.errors, **refusal.params)
    known = _CLASSES.get(refusal.code)
    return known(refusal.message, **refusal.params) if known else RefusedError(refusal)
