"""What the state of a ``PullCheck`` says about the next one: whether it has to ask again."""

from __future__ import annotations

from crosstenant.azure.pull.pull_verdict import Reason
from crosstenant.model.modes import PullCheckMode, PullResult
from crosstenant.plugin.pull_check.fields import INPUTS
from crosstenant.provider_kit.fields import same
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN


def is_proved(olds: Properties) -> bool:
    """Whether the registry accepted the application at the last check."""
    return olds.get("result") in (PullResult.PULLED, PullResult.GRANTED, PullResult.SIGNED_IN)


def is_settled(olds: Properties, news: Properties) -> bool:
    """Whether the last result needs no further check."""
    if news.get("mode") == PullCheckMode.SKIP:
        return True
    if is_proved(olds):
        return True
    # Otherwise a machine that cannot reach the registry would plan the same update again and again.
    path_reasons = {reason.value for reason in Reason if reason.is_of_the_path}
    return news.get("mode") == PullCheckMode.WARN and olds.get("refusalReason") in path_reasons


def looks_for_another_image(olds: Properties, news: Properties) -> bool:
    """Whether the image alone is another than that of a check that passed."""
    names = ("repository", "reference")
    same_application = all(olds.get(name) == news.get(name) for name in ("registryId", "clientId", "secret"))
    known = all(news.get(name) is not UNKNOWN for name in (*names, "filledLater"))
    another = any(olds.get(name) != news.get(name) for name in names)
    return same_application and known and another and "repository" in news and is_settled(olds, news)


def asks_nothing_new(olds: Properties, news: Properties) -> bool:
    """Whether an update has nothing to ask: the last result is settled, and no input changed that asks."""
    asking = {name: field for name, field in INPUTS.items() if name != "timeoutSeconds" and not field.informs}
    return is_settled(olds, news) and all(same(field, olds.get(name), news.get(name)) for name, field in asking.items())
