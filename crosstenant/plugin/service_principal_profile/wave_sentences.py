"""The sentences for a person about the order of the resets."""

from __future__ import annotations

from crosstenant.model.reset_waves import Wave, WavePlace, in_short
from crosstenant.plugin.service_principal_profile.reset_turns import Resets


def order(place: WavePlace) -> str:
    """The order of all resets of a component; empty where there is one wave."""
    if len(place.waves) < 2:
        return ""
    return "the order of the resets: " + ", then ".join(map(str, place.waves))


def turn_of(place: WavePlace) -> str:
    """When a cluster is reset, to follow the announcement of its reset; empty where nothing bounds it."""
    text = ""
    if place.number is not None:
        after = f"begins when {_all(place.earlier, 'has', 'have')} succeeded" if place.earlier else "is the first one"
        text += f". Its wave, {place.number}, {after}"
    if place.at_once is not None:
        clusters = "cluster is" if place.at_once == 1 else "clusters are"
        text += f". At most {place.at_once} {clusters} reset at the same time"
    return text


def after_failure(place: WavePlace, failed: str, resets: Resets) -> str:
    """What is where after a failure in a wave, to follow the reason; empty where there is one wave.

    :param place: The cluster's place in the order.
    :param failed: The cluster's name.
    :param resets: What this run has done.
    """
    present = next((it for it in place.waves if it.number == place.number), None)
    if present is None:
        return ""
    told = [_earlier(it, resets) for it in place.earlier]
    done = [name for wave, name in resets.done if wave == place.number]
    running = [name for name in resets.running if name != failed]
    at_work = f" (still at work: {in_short(running)})" if running else ""
    told.append(f"in {present} this run has reset {in_short(done) or 'no other cluster'}{at_work}")
    if place.later:
        told.append(f"{_all(place.later, 'is', 'are')} not begun")
    return (
        f". The waves: {'; '.join(told)}. The next 'pulumi up' continues: it resets only clusters that do not have the"
        " new secret yet, and no secret is removed before all have it"
    )


def _earlier(wave: Wave, resets: Resets) -> str:
    seen = sum(1 for number in resets.declared.values() if number == wave.number)
    return (
        f"{wave} has succeeded" if seen >= len(wave.clusters) else f"{wave} is not wholly part of this run (--target)"
    )


def _all(waves: tuple[Wave, ...], one: str, several: str) -> str:
    *head, last = map(str, waves)
    return f"{', '.join(head)} and {last} {several}" if head else f"{last} {one}"
