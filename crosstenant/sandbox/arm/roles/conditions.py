"""Conditions of role assignments: the part of Azure ABAC that registries and role administration use.

``parse_condition`` refuses what it does not know, because a misread condition would permit or deny access by mistake.
Grammar and operators: https://learn.microsoft.com/azure/role-based-access-control/conditions-format. Attributes of
registries: https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

REPOSITORY_NAME: Final = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
"""The attribute with the name of a request's repository."""

LONGEST: Final = 8192
"""The maximum length of a condition in Azure: 8 KB."""


@dataclass(frozen=True)
class Condition:
    """A parsed condition."""

    text: str
    _holds: Test

    def allows(self, action: str, attributes: Mapping[str, str]) -> bool:
        """Whether an assignment with this condition permits ``action``.

        :param action: The action or data action, ``Microsoft.ContainerRegistry/registries/repositories/content/read``.
        :param attributes: The request's attributes, in the spelling of conditions: ``{REPOSITORY_NAME: "hello"}``.
            A comparison with a missing attribute is false.
        """
        lowered = {name.lower(): value for name, value in attributes.items()}
        return self._holds(Request(action.lower(), lowered))


class Request(NamedTuple):
    """A request that a condition is applied to: the action and the attributes, in lower case."""

    action: str
    attributes: Mapping[str, str]


Test = Callable[[Request], bool]
Compare = Callable[[str, str], bool]


def parse_condition(text: str) -> Condition:
    """Reads a condition.

    :raises ValueError: The condition is invalid, or uses something unknown to the sandbox; the message says where.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a condition must have at most {LONGEST} characters, not {len(text)}")
    parser = _Parser(text)
    try:
        test = parser.expression()
    except RecursionError:
        raise ValueError("the condition's parentheses are nested too deeply") from None
    parser.expect("end")
    return Condition(text, test)


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


_TOKENS: Final = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<attribute>@(?:Request|Resource|Principal|Environment)\[[^\[\]']+\])
      | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
      | (?P<word>[A-Za-z]+(?::[A-Za-z]+)?)
      | (?P<symbol>&&|\|\||[!(){},])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_QUANTIFIERS: Final = ("ForAnyOfAnyValues", "ForAllOfAnyValues", "ForAnyOfAllValues", "ForAllOfAllValues")
_SPELLINGS: Final = {"&&": "AND", "||": "OR", "!": "NOT"}


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while True:
        match = _TOKENS.match(text, position)
        if match is None:
            position += len(text[position:]) - len(text[position:].lstrip())
            raise ValueError(f"condition, at character {position + 1}: not understood: {text[position:][:30]!r}")
        kind = match.lastgroup or "end"
        found = match[kind]
        name = _SPELLINGS.get(found, found)
        yield _Token(name if kind in ("symbol", "word") else kind, found, match.start(kind))
        if kind == "end":
            return
        position = match.end()


class _Parser:
    """Recursive descent, one method for each level of the grammar."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self._next = next(self._rest)

    def expression(self) -> Test:
        """``a``, ``a AND b AND …`` or ``a OR b OR …``."""
        tests = [self._term()]
        word = self._next.kind
        while self._next.kind in ("AND", "OR"):
            # Azure defines no precedence between the two.
            if self._next.kind != word:
                raise self._error("AND and OR need parentheses between them, not")
            self._take()
            tests.append(self._term())
        if len(tests) == 1:
            return tests[0]
        combine: Callable[[Iterable[object]], bool] = all if word == "AND" else any
        return lambda request: combine(test(request) for test in tests)

    def expect(self, kind: str) -> _Token:
        """The next token, which must be of this kind."""
        if self._next.kind != kind:
            raise self._error(f"'{kind}' expected, not")
        return self._take()

    def _term(self) -> Test:
        token = self._take()
        if token.kind == "NOT":
            test = self._term()
            return lambda request: not test(request)
        if token.kind == "(":
            test = self.expression()
            self.expect(")")
            return test
        if token.kind == "ActionMatches":
            return self._action_matches()
        if token.kind == "Exists":
            attribute = self.expect("attribute").text.lower()
            return lambda request: attribute in request.attributes
        if token.kind == "attribute":
            return self._comparison(token.text.lower())
        raise ValueError(f"condition, at character {token.position + 1}: not understood: {token.text!r}")

    def _action_matches(self) -> Test:
        self.expect("{")
        pattern = self.expect("string").text[1:-1].lower()
        self.expect("}")
        compiled = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
        return lambda request: compiled.fullmatch(request.action) is not None

    def _comparison(self, attribute: str) -> Test:
        quantifier, _, name = self._next.text.rpartition(":")
        kind, compare = _operator(name) or (None, None)
        if compare is None or kind is None or (quantifier and (quantifier not in _QUANTIFIERS or "StartsWith" in name)):
            raise self._error("not an operator:")
        self._take()
        values = self._values(kind) if quantifier else [self._value(kind)]
        # An attribute of a request has one value here, so that only the right-hand quantifier matters.
        combine: Callable[[Iterable[object]], bool] = all if quantifier.endswith("AllValues") else any

        def holds(request: Request) -> bool:
            found = request.attributes.get(attribute)
            return found is not None and combine(compare(found, value) for value in values)

        return holds

    def _values(self, kind: str) -> list[str]:
        self.expect("{")
        values = [self._value(kind)]
        while self._next.kind == ",":
            self._take()
            values.append(self._value(kind))
        self.expect("}")
        return values

    def _value(self, kind: str) -> str:
        text = self.expect(kind).text
        return text[1:-1].replace("\\'", "'") if kind == "string" else text

    def _take(self) -> _Token:
        token = self._next
        self._next = next(self._rest, token)
        return token

    def _error(self, problem: str) -> ValueError:
        found = self._next.text or "the end"
        return ValueError(f"condition, at character {self._next.position + 1}: {problem} {found!r}")


def _operator(name: str) -> tuple[str, Compare] | None:
    """The kind of value that an operator takes, and its comparison; None for an unknown operator."""
    match = re.fullmatch(r"(String|Guid)(Not)?(Equals|StartsWith|Like)(IgnoreCase)?", name)
    if match is None or (match[1] == "Guid" and (match[3] != "Equals" or match[4])):
        return None
    kind, negated, verb, ignore_case = match.groups()
    plain = _COMPARISONS[verb]
    folded = bool(ignore_case) or kind == "Guid"

    def compare(found: str, value: str) -> bool:
        same = plain(found.lower(), value.lower()) if folded else plain(found, value)
        return same is not bool(negated)

    return ("guid" if kind == "Guid" else "string"), compare


def _like(found: str, pattern: str) -> bool:
    """``*`` for any text, ``?`` for one character; a backslash removes the special meaning of the next character."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wildcards = {"*": ".*", "?": "."}
    return (
        re.fullmatch("".join(wildcards.get(part) or re.escape(part[-1]) for part in parts), found, re.DOTALL)
        is not None
    )


_COMPARISONS: Final[dict[str, Compare]] = {
    "Equals": lambda found, value: found == value,
    "StartsWith": lambda found, value: found.startswith(value),
    "Like": _like,
}
