"""A chain, and the findings about each of its links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from crosstenant.model.arm_id import ArmId


@dataclass(frozen=True)
class Probe:
    """The image for the proof of a pull from a registry."""

    repository: str | None = None
    reference: str | None = None
    """A tag or digest in the repository."""
    filled_later: bool = False
    """Whether the repository may be absent, because it gets its first image later."""


@dataclass(frozen=True)
class NodeAnswer:
    """What the nodes of a cluster answered when the stack last asked them."""

    result: str
    """A value of ``NodePullResult``."""
    detail: str = ""
    """What is wrong and what to do; empty after a pull."""


@dataclass(frozen=True)
class Chain:
    """An application, the clusters that use it, and the registries of another tenant from which it pulls."""

    client_id: str
    """Client ID (UUID) of the application."""
    cluster_tenant_id: str
    registry_tenant_id: str
    clusters: tuple[ArmId, ...]
    registries: tuple[tuple[ArmId, Probe], ...]
    environment: str = "public"
    cluster_key_ids: tuple[tuple[ArmId, str], ...] = ()
    """Key ID (UUID) of the secret that each cluster was given, as far as it is known."""
    waiting: tuple[tuple[ArmId, str], ...] = ()
    """What the reset of each cluster that waits is waiting for, in the words of the stack's state."""
    node_answers: tuple[tuple[ArmId, NodeAnswer], ...] = ()
    """What the nodes of clusters answered, in the stack's state."""
    secret_key_id: str | None = None
    """Key ID (UUID) of the secret that the clusters have, if it is known; otherwise any valid secret is accepted."""
    stack_key_ids: tuple[str, ...] = ()
    """Key IDs (UUIDs) of all the secrets that the stack knows; none without a stack."""

    @property
    def title(self) -> str:
        """What pulls, for the first line of a report."""
        return f"application {self.client_id}"


class AnyChain(Protocol):
    """What a report says of the chain itself."""

    @property
    def title(self) -> str:
        """What pulls."""
        ...

    @property
    def client_id(self) -> str:
        """Client ID (UUID) of what pulls."""
        ...

    @property
    def cluster_tenant_id(self) -> str:
        """UUID of the cluster tenant."""
        ...

    @property
    def registry_tenant_id(self) -> str:
        """UUID of the registry tenant."""
        ...


class Tenancy(Enum):
    """The tenant of a link."""

    CLUSTER = "cluster tenant"
    REGISTRY = "registry tenant"


class LinkState(Enum):
    """The state of a link."""

    OK = "ok"
    NOTE = "note"
    """It works, and needs attention."""
    BROKEN = "BROKEN"
    UNSEEN = "not seen"
    """It could not be read."""
    SKIPPED = "skipped"
    """It was not requested."""


ACCESS: Final = "access"
APPLICATION: Final = "application"
SECRET: Final = "secret"  # noqa: S105 (the name of a link)
PRINCIPAL: Final = "service principal"
CLUSTER: Final = "cluster"
REGISTRY: Final = "registry"
ROLE: Final = "role"
NETWORK: Final = "network"
PULL: Final = "pull"


@dataclass(frozen=True)
class Link:
    """The finding about one link."""

    tenancy: Tenancy
    name: str
    """``application``, ``role``, ..."""
    object: str
    """Its object: a name, an ID."""
    state: LinkState
    finding: str
    """The finding, in a few words."""
    remedy: str = ""
    """What to do, and who; empty if nothing is to be done."""

    @property
    def title(self) -> str:
        """The link and its object, for a list."""
        return f"{self.name} {self.object}"


@dataclass(frozen=True)
class Report:
    """The result of a check."""

    chain: AnyChain
    links: tuple[Link, ...]
    """From the clusters to the registries."""

    def of(self, name: str, tenancy: Tenancy | None = None, about: str | None = None) -> Link:
        """The link of this name.

        :param name: ``APPLICATION``, ``ROLE``, ...
        :param tenancy: Its tenant, where both have such a link.
        :param about: Its object, where there are several.
        """
        return next(
            link
            for link in self.links
            if link.name == name and tenancy in (None, link.tenancy) and about in (None, link.object)
        )

    @property
    def broken(self) -> list[Link]:
        """The broken links."""
        return _in_state(self.links, LinkState.BROKEN)

    @property
    def unseen(self) -> list[Link]:
        """The links that could not be read."""
        return _in_state(self.links, LinkState.UNSEEN)

    @property
    def verdict(self) -> str:
        """``broken``, ``not seen`` if no link is known to be broken but one could not be read, or ``whole``."""
        return "broken" if self.broken else "not seen" if self.unseen else "whole"

    @property
    def exit_code(self) -> int:
        """1 for a broken link, 2 for a link that could not be read, else 0."""
        return 1 if self.broken else 2 if self.unseen else 0


def _in_state(links: Iterable[Link], state: LinkState) -> list[Link]:
    return [link for link in links if link.state is state]
