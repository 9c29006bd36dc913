"""The arguments of the refresher in a cluster, and their checks."""

from dataclasses import dataclass

from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.model.federation import (
    NAMESPACE_RULE,
    OBJECT_NAME_RULE,
    dns_label,
    is_namespace_name,
    is_object_name,
)
from crosstenant.model.kubernetes.plan import DEFAULT_IMAGE, REFRESHER
from crosstenant.model.kubernetes.schedule import SCHEDULE_RULE, hourly, is_schedule, longest_gap

_LONGEST_GAP = 2 * 3600 + 1800


class RefresherArgs(TypedDict):
    """The refresher of one cluster: a small program that renews its pull secrets."""

    namespace: NotRequired[str]
    """The refresher's own namespace, which the stack creates: who may run pods there may pull. Default:
    ``crosstenant-`` and the component's name; write it before you rename the component."""

    service_account: NotRequired[str]
    """Name of its service account, the subject of the federated credential. Default: ``pull-refresher``."""

    image: NotRequired[str]
    """Its container image, which the cluster must be able to pull without this component: any with ``python3`` 3.9 or
    newer and the roots of public certificate authorities. Default:
    ``mcr.microsoft.com/azurelinux/base/python:3.12``."""

    schedule: NotRequired[str]
    """When it runs: the five fields of a CronJob's schedule, in UTC, ``7 * * * *``. A pull secret is valid for about
    three hours, so no more than two and a half may pass between two runs. Default: once an hour, at a minute that
    depends on the names."""


@dataclass(frozen=True)
class RefresherSpec:
    """A checked refresher."""

    namespace: str
    service_account: str
    image: str
    schedule: str


def read_refresher(at: ArgPath, refresher: RefresherArgs, *, component: str, cluster: str) -> RefresherSpec:
    """Reads the refresher.

    :param at: The argument that holds it.
    :param refresher: The refresher, in its declared form.
    :param component: The component's name.
    :param cluster: The cluster's name in the stack.
    :raises ArgumentError: A name or the schedule is malformed.
    """
    namespace = refresher.get("namespace", dns_label(f"crosstenant-{component}"))
    if not is_namespace_name(namespace):
        raise (at / "namespace").error(NAMESPACE_RULE)
    service_account = refresher.get("service_account", REFRESHER)
    if not is_object_name(service_account):
        raise (at / "service_account").error(OBJECT_NAME_RULE)
    image = refresher.get("image", DEFAULT_IMAGE)
    if not image or image != image.strip():
        raise (at / "image").error("must be the name of a container image, without white space around it")
    schedule = refresher.get("schedule", hourly(f"{namespace}/{cluster}"))
    if not is_schedule(schedule):
        raise (at / "schedule").error(SCHEDULE_RULE)
    if longest_gap(schedule) > _LONGEST_GAP:
        raise (at / "schedule").error(
            "leaves more than two and a half hours between two runs, and a pull secret is valid for about three:"
            " let it run every hour, '7 * * * *'"
        )
    return RefresherSpec(namespace, service_account, image, schedule)
