"""The arguments that say when a cluster may be reset, and their checks."""

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.secret_dates import read_utc
from crosstenant.model.argument_text import quoted_name
from crosstenant.model.modes import WhenStopped, WhenStoppedText
from crosstenant.model.reset_window import ResetWindow, WindowError
from crosstenant.model.secret_dates import utc_text


class ResetWindowArgs(TypedDict):
    """When a cluster's credential may be reset: ``start`` and ``duration_minutes``, or ``cluster_maintenance``."""

    days: NotRequired[list[str]]
    """Days of the week on which the window opens, in UTC: ``saturday``, ``sunday``. Default: every day."""

    start: NotRequired[str]
    """When the window opens: a time of day in UTC, ``22:00``."""

    duration_minutes: NotRequired[int]
    """How long the window stays open, in minutes; it may go on after midnight. A reset that has begun is not
    interrupted at its end."""

    cluster_maintenance: NotRequired[bool]
    """Take the cluster's own maintenance configuration instead: ``aksManagedNodeOSUpgradeSchedule``, else
    ``aksManagedAutoUpgradeSchedule``, else ``default``."""


@dataclass(frozen=True)
class HoldSpec:
    """What lets a cluster wait, checked."""

    when_stopped: WhenStopped | None = None
    reset_window: ResetWindowArgs | None = None
    reset_not_before: str | None = None
    repair_failed: bool | None = None

    @property
    def waits_by(self) -> str | None:
        """The argument that may let the cluster wait; none if it never does."""
        if self.when_stopped is WhenStopped.SKIP:
            return "when_stopped"
        if self.reset_window is not None:
            return "reset_window"
        return "reset_not_before" if self.reset_not_before is not None else None


def read_holds(
    at: ArgPath,
    *,
    when_stopped: WhenStoppedText | None,
    reset_window: ResetWindowArgs | None,
    reset_not_before: str | None,
    repair_failed: bool | None,
) -> HoldSpec:
    """Reads when a cluster may be reset.

    :param at: The cluster.
    :param when_stopped: What to do where it is stopped.
    :param reset_window: When it may be reset.
    :param reset_not_before: The first time at which it may be reset.
    :param repair_failed: Whether it is reset although it has failed.
    :raises ArgumentError: An argument is malformed.
    """
    if reset_window is not None:
        _check_window(at / "reset_window", reset_window)
    if reset_not_before is not None:
        moment = read_utc(reset_not_before)
        if moment is None or utc_text(moment) != reset_not_before:
            raise (at / "reset_not_before").error(
                f"{quoted_name(reset_not_before)} is not a UTC time of the form 2026-01-31T22:00:00Z: write it so, with"
                " the Z"
            )
    stopped = None if when_stopped is None else WhenStopped(when_stopped)
    return HoldSpec(stopped, reset_window, reset_not_before, repair_failed)


def check_previous_kept(at: ArgPath, holds: Sequence[HoldSpec], *, keeps_previous: bool) -> None:
    """Checks that the secret of a cluster that waits stays valid.

    :param at: The argument that holds the clusters.
    :param holds: What lets each of them wait.
    :param keeps_previous: Whether the rotation keeps the previous secret.
    :raises ArgumentError: A cluster may wait, and its secret would be removed meanwhile.
    """
    if keeps_previous:
        return
    for index, hold in enumerate(holds):
        if name := hold.waits_by:
            raise (at / index / name).error(
                "lets the cluster wait with the secret that it has, which a rotation removes: set"
                " rotation.keep_previous=True (without rotate_every_days, rotation_trigger counts the rotations)"
            )


def _check_window(at: ArgPath, window: ResetWindowArgs) -> None:
    given = [name for name in ("days", "start", "duration_minutes") if window.get(name) is not None]
    if window.get("cluster_maintenance"):
        if given:
            raise (at / given[0]).error("is given together with cluster_maintenance: remove one of them")
        return
    start, minutes = window.get("start"), window.get("duration_minutes")
    if start is None or minutes is None:
        raise at.error("must have start and duration_minutes, or cluster_maintenance=True")
    try:
        ResetWindow.read(window.get("days"), start, minutes)
    except WindowError as error:
        raise (at / error.part).error(error.reason) from None
