"""What stands around every route, once it is known which."""

from functools import partial

from litestar.types import ASGIApp, Receive, Scope, Send


class Layer:
    """A middleware of Litestar's that passes by nothing.

    Litestar's own base asks at each request whether it should, and stands in between with a call of its own.
    """

    def __call__(self, app: ASGIApp) -> ASGIApp:
        return partial(self.handle, next_app=app)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer, or go on to ``next_app``."""
        raise NotImplementedError
