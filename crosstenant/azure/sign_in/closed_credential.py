"""What the credentials of this package have in common."""

from __future__ import annotations

from types import TracebackType

from azure.core.credentials_async import AsyncTokenCredential


class ClosedCredential(AsyncTokenCredential):
    """A credential that the end of an ``async with`` block closes."""

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Closes it."""
        await self.close()
