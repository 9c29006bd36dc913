"""ARM IDs as arguments: text that is checked at preview, or an output that is checked as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import pulumi

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, REGISTRY_TYPE, ArmId, parse_arm_id, parse_scope


@dataclass(frozen=True)
class IdKind:
    """The resource type that an ID must name."""

    parse: Callable[[str], ArmId]
    """Reads it; raises ``ValueError`` with a text that says what is wrong."""

    described: str
    """What it is the ID of, for a message that must not repeat its value."""


CLUSTER: Final = IdKind(lambda text: parse_arm_id(text, CLUSTER_TYPE), f"a {CLUSTER_TYPE}")
REGISTRY: Final = IdKind(lambda text: parse_arm_id(text, REGISTRY_TYPE), f"a {REGISTRY_TYPE}")
IDENTITY: Final = IdKind(lambda text: parse_arm_id(text, IDENTITY_TYPE), f"a {IDENTITY_TYPE}")
SCOPE: Final = IdKind(parse_scope, "a resource, resource group or subscription")


@dataclass(frozen=True)
class IdArgument:
    """An ARM ID that a program gave."""

    at: ArgPath
    """The argument that holds it."""

    parsed: ArmId | pulumi.Output[ArmId]

    @property
    def known(self) -> ArmId | None:
        """The ID, unless it is an output."""
        return None if isinstance(self.parsed, pulumi.Output) else self.parsed

    @property
    def text(self) -> pulumi.Input[str]:
        """The ID in its canonical spelling."""
        return self.parsed.apply(str) if isinstance(self.parsed, pulumi.Output) else str(self.parsed)

    @property
    def subscription_id(self) -> pulumi.Input[str]:
        """UUID of its subscription, in lower case."""
        if isinstance(self.parsed, pulumi.Output):
            return self.parsed.apply(lambda it: it.subscription_id)
        return self.parsed.subscription_id

    def held_against(self, others: Sequence[IdArgument], check: Callable[[ArmId, Sequence[ArmId]], None]) -> IdArgument:
        """This ID, once ``check`` has seen it and the others: now, or as soon as all are known.

        :param others: Other IDs.
        :param check: Raises an error where this ID does not go with the others.
        """
        if not others:
            return self
        known = [it.known for it in others if it.known]
        if self.known and len(known) == len(others):
            check(self.known, known)
            return self

        def checked(parsed: Sequence[ArmId]) -> ArmId:
            check(parsed[0], parsed[1:])
            return parsed[0]

        everything = pulumi.Output.all(self.parsed, *(it.parsed for it in others))
        return IdArgument(self.at, everything.apply(checked))


def read_id(at: ArgPath, given: pulumi.Input[str], kind: IdKind) -> IdArgument:
    """Reads the ID that a program gave.

    :param at: The argument that holds it.
    :param given: Text, or an output.
    :param kind: The resource type that it must name.
    :raises ArgumentError: It is malformed, or of something else.
    """
    if isinstance(given, str):
        try:
            return IdArgument(at, kind.parse(given))
        except ValueError as error:
            raise at.error(str(error)) from None

    def parsed(text: object) -> ArmId:
        if not isinstance(text, str):
            raise at.error(
                f"the output is {'None' if text is None else 'not text'}: it must be the ARM ID of {kind.described}"
            )
        try:
            return kind.parse(text)
        except ValueError:
            # An output may be secret, so its value is not repeated.
            raise at.error(f"the output's value is not the ARM ID of {kind.described}") from None

    return IdArgument(at, cast("pulumi.Output[object]", pulumi.Output.from_input(given)).apply(parsed))


@dataclass(frozen=True)
class StackName:
    """What a thing is called in the stack."""

    text: str
    as_typed: str
    """The name in the letter case of the ID from which it is taken: resources of earlier versions have it."""

    def aliases(self, resource_name: Callable[[str], str]) -> list[pulumi.Input[str | pulumi.Alias]] | None:
        """The aliases by which a resource of the thing keeps its place in a state of an earlier version.

        :param resource_name: The resource's name, for the thing's name.
        """
        return None if self.as_typed == self.text else [pulumi.Alias(name=resource_name(self.as_typed))]


def called(at: ArgPath, name: str | None, given: IdArgument) -> StackName:
    """What the thing with this ID is called in the stack.

    :param at: The argument that holds ``name``'s neighbours, ``clusters[0]``.
    :param name: The name that the program gave.
    :param given: The ID.
    :raises ArgumentError: There is no name, and none can be taken from an output.
    """
    if name:
        return StackName(name, name)
    if given.known is None:
        field = given.at.path.rsplit(".", 1)[-1]
        raise (at / "name").error(f"is missing: {field} is an output, so the resource needs a name")
    # Azure ignores letter case. Another spelling of the ID must not be another resource.
    return StackName(given.known.name.lower(), given.known.name)


def distinct_names(places: Sequence[tuple[ArgPath, StackName]]) -> None:
    """Checks that no two things of one kind are called the same.

    :param places: Each one's argument, ``clusters[0]``, and its name.
    :raises ArgumentError: Two are.
    """
    seen: dict[str, ArgPath] = {}
    for at, name in places:
        spellings = (name.text, name.as_typed)
        taken = next((it for it in spellings if it in seen), None)
        if taken is not None:
            raise (at / "name").error(f"{seen[taken].path} is called '{taken}' as well: give this one another name")
        seen |= dict.fromkeys(spellings, at)


def given_twice(at: ArgPath, this: ArmId) -> ArgumentError:
    """What to raise for an ID that is equal to an earlier one."""
    return at.error(f"'{this.name}' is given twice: remove one")


def distinct_ids(
    ids: Sequence[IdArgument], refuse: Callable[[ArgPath, ArmId], ArgumentError] = given_twice
) -> list[IdArgument]:
    """The same IDs; that no two are equal is checked now, or for outputs as soon as they are known.

    :param ids: The IDs.
    :param refuse: Makes the error for the second of two equal ones.
    :raises ArgumentError: Two are equal.
    """

    def distinct(position: int, given: IdArgument) -> IdArgument:
        earlier = ids[:position]
        # The check is made by an output, so that an ID which the program wrote as text stays known to a preview.
        others = (
            [it for it in earlier if it.known]
            if given.known
            else [it for place, it in enumerate(ids) if it.known or place < position]
        )

        def check(this: ArmId, those: Sequence[ArmId]) -> None:
            if any(this.key == other.key for other in those):
                raise refuse(given.at, this)

        return given.held_against(others, check)

    return [distinct(position, given) for position, given in enumerate(ids)]


def default_subscription(ids: Sequence[IdArgument]) -> pulumi.Input[str] | None:
    """The subscription of the first ID that is text, or else of the first output; none where there is no ID."""
    first = next((it for it in ids if it.known), None) or next(iter(ids), None)
    return first.subscription_id if first else None
