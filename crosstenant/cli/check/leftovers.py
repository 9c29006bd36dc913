"""What an interrupted update may have left beside the chain: a second application, a secret that no stack knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosstenant.azure.directory.graph import Application, Secret
from crosstenant.cli.check.chain import Link, LinkState


def beside_namesakes(link: Link, client_ids: Sequence[str]) -> Link:
    """The link of an application, with a note about others of its display name.

    :param link: The link.
    :param client_ids: Client IDs (UUIDs) of the others.
    """
    if not client_ids or link.state is not LinkState.OK:
        return link
    return replace(
        link,
        state=LinkState.NOTE,
        finding=f"{link.finding}; other applications have its display name: {', '.join(client_ids)}",
        remedy=(
            "if one is another stack's, give it a display_name of its own; if an interrupted update left one and"
            f" nothing uses it, {_commands(f'az ad app delete --id {it}' for it in client_ids)}"
        ),
    )


def beside_left_secrets(link: Link, application: Application, current: Secret, known: Sequence[str]) -> Link:
    """The link of a secret, with a note about secrets of the application that its stack must have made and forgotten.

    :param link: The link.
    :param application: The application.
    :param current: The secret that the link is about.
    :param known: Key IDs (UUIDs) of all the secrets that the stack knows; none without a stack.
    """
    # All of a stack's secrets have one display name.
    left = [
        it.key_id
        for it in application.secrets
        if known and it.display_name == current.display_name and it.key_id not in known
    ]
    if not left or link.state is not LinkState.OK:
        return link
    commands = _commands(f"az ad app credential delete --id {application.client_id} --key-id {it}" for it in left)
    return replace(
        link,
        state=LinkState.NOTE,
        finding=f"{link.finding}, of which the stack does not know {len(left)} of the same display name",
        remedy=f"an interrupted update left what the stack does not know; if nothing uses it, {commands}",
    )


def _commands(commands: Iterable[str]) -> str:
    return " and ".join(f"'{it}'" for it in commands)
