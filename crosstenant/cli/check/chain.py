"""A chain to look at, and what was found of each of its links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from crosstenant.model.arm_id import ArmId


@dataclass(frozen=True)
class Probe:
    """What to prove a pull from a registry with."""

    repository: str | None = None
    reference: str | None = None
    """A tag or digest in the repository; without one no image need be there."""


@dataclass(frozen=True)
class Chain:
    """An application, the clusters that act as it, and the registries of another tenant that it pulls from."""

    client_id: str
    """Client ID (UUID) of the application."""
    cluster_tenant_id: str
    registry_tenant_id: str
    clusters: tuple[ArmId, ...]
    registries: tuple[tuple[ArmId, Probe], ...]
    environment: str = "public"
    secret_key_id: str | None = None
    """Key ID (UUID) of the secret that the clusters have, where it is known; otherwise any good one will do."""


class Tenancy(Enum):
    """The tenant of a link."""

    CLUSTER = "cluster tenant"
    REGISTRY = "registry tenant"


class LinkState(Enum):
    """What a link was found to be."""

    OK = "ok"
    NOTE = "note"
    """It holds, and is worth a look."""
    BROKEN = "BROKEN"
    UNSEEN = "not seen"
    """It could not be looked at."""
    SKIPPED = "skipped"
    """It was not asked for."""


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
    """One link as it was found."""

    tenancy: Tenancy
    name: str
    """``application``, ``role``, ..."""
    object: str
    """What it is about: a name, an ID."""
    state: LinkState
    finding: str
    """What was seen, in a few words."""
    remedy: str = ""
    """What to do about it, and who; empty where there is nothing to do."""

    @property
    def title(self) -> str:
        """The link and its object, for a list."""
        return f"{self.name} {self.object}"


@dataclass(frozen=True)
class Report:
    """What came of a walk."""

    chain: Chain
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
        """The links that do not hold."""
        return _in_state(self.links, LinkState.BROKEN)

    @property
    def unseen(self) -> list[Link]:
        """The links that nobody knows of."""
        return _in_state(self.links, LinkState.UNSEEN)

    @property
    def verdict(self) -> str:
        """``broken``, ``not seen`` if nothing is known to be but not all was seen, or ``whole``."""
        return "broken" if self.broken else "not seen" if self.unseen else "whole"

    @property
    def exit_code(self) -> int:
        """1 for a broken link, 2 for one that could not be looked at, else 0."""
        return 1 if self.broken else 2 if self.unseen else 0


def _in_state(links: Iterable[Link], state: LinkState) -> list[Link]:
    return [link for link in links if link.state is state]
