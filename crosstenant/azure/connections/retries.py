"""How often and how long a request is repeated: as azure-core does it, but never for longer than a person waits.

azure-core waits as long as ``Retry-After`` says, an hour for example, and shows nothing meanwhile. A refusal with such
a time is given to the operator at once, who reads the time in it.
"""

from __future__ import annotations

from typing import Any, Final

from azure.core.pipeline.policies import AsyncRetryPolicy

LONGEST_PAUSE: Final = 120
"""In seconds: azure-core's own longest pause, where Azure names none."""


class BoundedRetryPolicy(AsyncRetryPolicy[Any, Any]):
    """azure-core's policy; a refusal with a ``Retry-After`` of more than two minutes is final."""

    def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
        """Whether a request is repeated after an answer.

        :param settings: azure-core's settings of this request.
        :param response: The answer.
        """
        if (self.get_retry_after(response) or 0) > LONGEST_PAUSE:
            return False
        return super().is_retry(settings, response)
