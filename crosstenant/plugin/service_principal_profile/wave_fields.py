"""The inputs that say when a cluster is reset among others; they change nothing."""

from __future__ import annotations

from typing import Final

from crosstenant.model.reset_waves import WavePlace
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain


def _wave(name: str, value: Plain) -> str | None:
    return None if value >= 0 and value == int(value) else "must be a whole number, 0 or more"


def _waves(name: str, value: Plain) -> str | None:
    return None if all(it.isdecimal() for it in value) else "must have the numbers of waves as its keys, such as '0'"


def _at_once(name: str, value: Plain) -> str | None:
    return None if value >= 1 and value == int(value) else "must be a whole number, 1 or more"


WAVES: Final[Fields] = {
    "wave": Field(
        "number",
        "The wave of the cluster, for messages: a whole number, 0 or more. The order itself comes from `dependsOn`. "
        "Another wave changes nothing.",
        informs=True,
        refusal=_wave,
    ),
    "waves": Field(
        "object",
        "The names of the clusters of each wave, separated by a comma and a space, by the wave's number: for messages. "
        "Other waves change nothing.",
        informs=True,
        items="string",
        refusal=_waves,
    ),
    "maxParallelResets": Field(
        "number",
        "How many clusters of this application are reset at the same time at most, 1 or more; the others wait, which "
        "counts against no time limit, and do not begin after a failure. Another number changes nothing. By default "
        "there is no limit.",
        informs=True,
        refusal=_at_once,
    ),
}


def wave_place(inputs: Properties) -> WavePlace:
    """The cluster's place in the order that ``inputs`` tell."""
    known = [None if (value := inputs.get(name)) is UNKNOWN else value for name in WAVES]
    return WavePlace.read(*known)
