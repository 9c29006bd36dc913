"""Proves a pull with the requests of a node: challenge, token, manifest, layer.

https://distribution.github.io/distribution/spec/auth/token/ is the protocol, and
https://github.com/Azure/acr/blob/main/docs/Token-BasicAuth.md how a container registry implements it.
``registry_exchange`` has the requests, and which host gets what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import aiohttp

from crosstenant.azure.pull.manifests import first_image, first_layer
from crosstenant.azure.pull.pull_verdict import Existence, PullProof, PullRefused, Reason
from crosstenant.azure.pull.registry_exchange import RegistryExchange
from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.model.credentials.kinds import AppCredential

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.IGNORECASE)


def registry_session() -> aiohttp.ClientSession:
    """A session for ``prove_pull``, which trusts ``SSL_CERT_FILE`` and reads no ``.netrc``."""
    timeout = aiohttp.ClientTimeout(total=30, connect=15)
    return aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())


async def prove_pull(
    session: aiohttp.ClientSession,
    login_server: str,
    credential: AppCredential,
    repository: str,
    reference: str | None = None,
    *,
    look: bool = False,
) -> PullProof:
    """Asks for a token to pull from ``repository``, and with it for the manifest of ``reference`` and a layer.

    A registry may refuse a missing role at the token, in the actions that the token lists, or at the manifest, so all
    three are checked. It keeps layers at another host, which may be closed where manifests come through, so that a pull
    is proved by a byte of a layer only. A registry grants actions by name: a token does not prove that the repository
    exists.

    :param session: From ``registry_session``.
    :param login_server: Host of the registry, ``name.azurecr.io``, as ARM reports it.
    :param credential: The application and its secret.
    :param repository: Name of a repository.
    :param reference: A tag or digest of it.
    :param look: Without a reference: whether to ask if the repository exists.
    :raises PullRefused: The registry refuses the pull, or cannot be reached.
    """
    if not _HOST.fullmatch(login_server):
        raise PullRefused(Reason.UNEXPECTED, f"'{login_server}' is not a host name: nothing was sent")
    registry = RegistryExchange(session, login_server, credential)
    token = await registry.token(await registry.token_url(), repository)
    actions = granted_actions(token, repository)
    if reference is not None:
        digest, text = await registry.manifest(token, repository, reference)
        image = first_image(text)
        if image is not None:
            _, text = await registry.manifest(token, repository, image)
        layer = first_layer(text)
        if layer is not None:
            await registry.fetch_layer(token, repository, layer)
        return PullProof(actions, digest, layer, Existence.PRESENT)
    if actions is not None and not {"pull", "*"}.intersection(actions):
        granted = ", ".join(actions) or "nothing"
        raise PullRefused(Reason.ROLE_MISSING, f"the token for '{repository}' grants {granted}, not pull")
    return PullProof(actions, existence=await registry.existence(token, repository) if look else Existence.UNKNOWN)


async def absent_repositories(
    session: aiohttp.ClientSession, login_server: str, credential: AppCredential, repositories: Sequence[str]
) -> list[str]:
    """Those of some repositories that do not exist; one that the application may not list is none of them.

    :param session: From ``registry_session``.
    :param login_server: Host of a registry that has granted a pull to the application.
    :param credential: The application and its secret.
    :param repositories: Names of repositories.
    :raises PullRefused: The registry cannot be reached any longer.
    """
    registry = RegistryExchange(session, login_server, credential)
    service = await registry.token_url()
    return [
        it for it in repositories if await registry.existence(await registry.token(service, it), it) is Existence.ABSENT
    ]


def granted_actions(token: str, repository: str) -> tuple[str, ...] | None:
    """The actions on ``repository`` that a registry's access token lists; ``None`` if it is not a readable JWT."""
    claims = claims_of(token)
    if claims is None:
        return None
    access: Any = claims.get("access") or []
    try:
        actions: set[str] = set()
        for entry in access:
            if entry.get("type") == "repository" and entry.get("name") == repository:
                actions.update(map(str, entry.get("actions") or []))
        return tuple(sorted(actions))
    except (AttributeError, TypeError):
        return None
