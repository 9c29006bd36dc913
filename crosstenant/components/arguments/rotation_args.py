"""When the application's secret is replaced, as a program describes it."""

from typing_extensions import NotRequired, TypedDict


class RotationArgs(TypedDict):
    """When the application's secret is replaced, and for how long each is good.

    Whatever makes a new secret moves every cluster to it, one node reimage each, and then removes the old one.
    """

    rotate_every_days: NotRequired[int]
    """Replace the secret every so many days: the first update after each period makes a new one, previews and updates
    within it change nothing. Default: it is not replaced by itself."""

    rotate_from: NotRequired[str]
    """A UTC date on which the secret is to be replaced, ``2026-01-01``; periods are counted from there, in both
    directions. At most one period ahead. Default: ``2026-01-01``."""

    margin_days: NotRequired[int]
    """For how many days a secret is still good after its period, so that an update may come late or fail; 30 by
    default."""

    lifetime_cap_days: NotRequired[int]
    """The longest that a secret may last in the cluster tenant, in days: what its app management policy says. A
    schedule that needs longer is refused at preview. Default: 180 for a schedule, otherwise none."""

    keep_previous: NotRequired[bool]
    """Keep the previous secret good for one more period, for those who hold it outside this stack. Needs
    ``rotate_every_days``. Default: it is removed when every cluster has the new one."""

    revoke_previous: NotRequired[bool]
    """Remove the previous secret now although ``keep_previous`` is set: after a leak."""

    rotation_trigger: NotRequired[str]
    """Any text; a change makes a new secret. With ``keep_previous`` a whole number, to be counted up by one each
    time."""

    end_date: NotRequired[str]
    """When the secret expires: a UTC time, ``2027-06-30T00:00:00Z``. Another date makes a new secret. Not together with
    ``rotate_every_days``. Default: the schedule's, or two years after it is made."""

    expiry_warning_days: NotRequired[int]
    """Warn when the secret ends within so many days; 30 by default, 0 for never. A schedule replaces its secrets
    ``margin_days`` before their end and so is warned of only if this is given."""
