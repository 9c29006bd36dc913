"""The arguments of the rotation."""

from typing_extensions import NotRequired, TypedDict


class RotationArgs(TypedDict):
    """When the application secret is replaced, and how long each secret is valid.

    Every rotation makes a new secret, resets every cluster to it (which reimages all nodes), and removes the old
    secret.
    """

    rotate_every_days: NotRequired[int]
    """The length of a period in days: the first update after each period makes a new secret; updates within a period
    change nothing. Default: no schedule."""

    rotate_from: NotRequired[str]
    """A UTC date on which a rotation happens, ``2026-01-01``; periods are counted from it in both directions. It may be
    one period in the future at most. Default: ``2026-01-01``."""

    margin_days: NotRequired[int]
    """The days for which a secret is valid after its period, for an update that is late or fails; 30 by default."""

    lifetime_cap_days: NotRequired[int]
    """The longest lifetime of a secret in the cluster tenant, in days, from its app management policy. The preview
    refuses a schedule that exceeds it. Default: 180 for a schedule, otherwise none."""

    keep_previous: NotRequired[bool]
    """Whether the previous secret stays valid until the next rotation, for holders outside this stack and for clusters
    that wait. Without ``rotate_every_days`` the rotations are counted by ``rotation_trigger`` alone. Default: it is
    removed when every cluster has the new one."""

    revoke_previous: NotRequired[bool]
    """Removes the previous secret now although ``keep_previous`` is set: after a leak."""

    rotation_trigger: NotRequired[str]
    """Any text; a change makes a new secret. With ``keep_previous`` a whole number, which increases by one
    each time."""

    end_date: NotRequired[str]
    """When the secret expires: a UTC time, ``2027-06-30T00:00:00Z``. Another date makes a new secret. Not together with
    ``rotate_every_days``. Default: the schedule's, or two years after it is made."""

    expiry_warning_days: NotRequired[int]
    """The days before the expiry from which updates warn; 30 by default, 0 for no warning. A schedule replaces a secret
    ``margin_days`` before its expiry, so updates then warn only if this is given."""
