"""The check that no cluster is in two components of a program: each would reset it to its own application."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from pulumi.runtime.settings import get_monitor

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import IdArgument
from crosstenant.model.arm_id import ArmId

Components = dict[str, list[ArgPath]]
"""By key of a cluster's ARM ID, or of something in it: the one component that has it, a list of its own for each."""

_by_program: Final[WeakKeyDictionary[object, Components]] = WeakKeyDictionary()
_by_address: Final[dict[str, Components]] = {}
_hosted: Final[ContextVar[str]] = ContextVar(
    "the address of the run that the plugin constructs a component for", default=""
)


@contextmanager
def hosted_in(address: str) -> Generator[None]:
    """The components that are made in the block belong to one program, in any language.

    :param address: The address of the engine's resource monitor, which is one for each run. The plugin connects to it
        anew for each component.
    """
    token = _hosted.set(address)
    try:
        yield
    finally:
        _hosted.reset(token)


def of_this_component(ids: list[IdArgument]) -> list[IdArgument]:
    """The IDs of a component's clusters, of which no other component of the program has one.

    :param ids: The clusters; outputs fail as soon as they are known, if another component has the cluster.
    :raises ArgumentError: Another component has a cluster that is known already.
    """
    components = claims_of_program()
    if components is None or not ids:
        return ids
    # Components of one name under two parents are two.
    mine = [ids[0].at]

    def taken(given: IdArgument, cluster: ArmId) -> ArmId:
        first = components.setdefault(cluster.key, mine)
        if first is not mine:
            raise given.at.error(_in_two(first[0].component, cluster.name))
        return cluster

    def checked(given: IdArgument) -> IdArgument:
        if given.known is not None:
            taken(given, given.known)
            return given
        assert not isinstance(given.parsed, ArmId)
        return replace(given, parsed=given.parsed.apply(lambda cluster: taken(given, cluster)))

    return [checked(it) for it in ids]


def claims_of_program() -> Components | None:
    """What the components of the present program have, each thing by its key; nothing outside a program."""
    address = _hosted.get()
    if address:
        return _by_address.setdefault(address, {})
    monitor = get_monitor()
    return None if monitor is None else _by_program.setdefault(monitor, {})


def _in_two(component: str, cluster: str) -> str:
    return (
        f"{component} has cluster '{cluster}' as well, and a cluster acts as one application: each would reset it to"
        " its own. Put registries of one tenant in one component; for those of several tenants, declare one"
        " PullIdentity, and a RegistryAccess for each tenant (examples/many-registries)"
    )
