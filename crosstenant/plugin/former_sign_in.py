"""The sign-in of a read or a delete, for which the engine may take the provider's arguments from the stack's state.

``pulumi refresh`` and ``pulumi destroy`` do not run the program unless they are told to: a secret of the deployment
that was replaced since the last update is still the former one there.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from crosstenant.errors import OperatorError

_REFUSED_SECRETS: Final = ("AADSTS7000215", "AADSTS7000222")
_REMEDY: Final = (
    "If the deployment's secret was replaced since the last update, the stack's state has the former one: run the same"
    " command with --run-program, or 'pulumi up' first"
)


@contextmanager
def perhaps_former() -> Generator[None]:
    """Completes an error about the provider's secret with what to do about a former one.

    :raises OperatorError: What was raised inside.
    """
    try:
        yield
    except OperatorError as error:
        if not any(code in str(error) for code in _REFUSED_SECRETS):
            raise
        raise OperatorError(f"{str(error).rstrip('.')}. {_REMEDY}") from None
