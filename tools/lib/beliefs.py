"""The refusals of the sandbox as its source raises them: code, words and source, read from the syntax tree."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crosstenant.sandbox.world import open_questions
from crosstenant.sandbox.world.open_questions import OpenQuestion
from crosstenant.sandbox.world.provenance import Source
from lib.checkout import ROOT

SANDBOX = ROOT / "crosstenant" / "sandbox"
ROOMS = {
    "entra": "Entra: sign-in, tokens, consent",
    "graph": "Microsoft Graph",
    "arm": "Azure Resource Manager and AKS",
    "registry": "Registries",
    "issuers": "The clusters' OIDC issuers",
    "kubelet": "A pull by a cluster's node",
}
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]+")


@dataclass(frozen=True)
class Refusal:
    """One refusal of the sandbox."""

    room: str
    name: str
    """The source's name in the room's ``sources.py``."""
    code: str
    """The error code; empty for one that the code computes."""
    text: str
    """The words, with ``…`` for what changes; empty for words that come from elsewhere."""
    source: Source
    where: str
    """File and line, for messages; it is not on the page."""


def refusals() -> list[Refusal]:
    """All refusals of all rooms.

    :raises ValueError: The source of a refusal is not a name of its room's ``sources.py``.
    """
    return [one for room in ROOMS for path in sorted((SANDBOX / room).rglob("*.py")) for one in _in_file(room, path)]


def without_source(tree: ast.Module) -> list[str]:
    """The refusals of a module that state no source, as ``CLASS, line N``; and refusal classes that ask for none."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "source" not in _keywords(node) and _is_refusal(_name(node.func)):
            found.append(f"{_name(node.func)}, line {node.lineno}")
        if isinstance(node, ast.ClassDef) and _is_refusal(node.name) and "source" not in _required(node):
            found.append(f"class {node.name}, line {node.lineno}")
    return found


def bare_refusals(tree: ast.Module) -> list[str]:
    """The answers of a module with an error's status that no refusal made, as ``CLASS, line N``: they have no source.

    An answer whose body is ``.document()`` of something is a refusal's own.
    """
    found: list[str] = []
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Call)
            or re.fullmatch(r"\w*(Answer|Response|HTTPException)", _name(node.func)) is None
        ):
            continue
        parts = [*node.args, *_keywords(node).values()]
        is_error = any(isinstance(it, ast.Constant) and it.value in range(400, 600) for it in map(_either, parts))
        made = any(isinstance(it, ast.Call) and _name(it.func) == "document" for it in parts)
        if is_error and not made:
            found.append(f"{_name(node.func)}, line {node.lineno}")
    return found


def files_with_both_answers(trees: Mapping[str, ast.Module] | None = None) -> dict[str, list[str]]:
    """The test files that run with every answer, by the setting of the question.

    :param trees: The files' syntax trees by name; by default all of tests/.
    """
    if trees is None:
        files = sorted((ROOT / "tests").rglob("test_*.py"))
        trees = {str(it.relative_to(ROOT)): ast.parse(it.read_text()) for it in files}
    names = {name: it for name, it in vars(open_questions).items() if isinstance(it, OpenQuestion)}
    found: dict[str, list[str]] = {}
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) == "both_answers":
                for setting in (names[_name(it)].setting for it in node.args):
                    if file not in found.setdefault(setting, []):
                        found[setting].append(file)
    return found


def stand_in_texts(trees: Mapping[str, ast.Module] | None = None) -> dict[str, str]:
    """The texts that the stand-ins themselves word, each with a file that has it.

    :param trees: The files' syntax trees by name; by default those of the stand-ins.
    """
    if trees is None:
        files = sorted((SANDBOX / "standins").rglob("*.py"))
        trees = {str(it.relative_to(ROOT)): ast.parse(it.read_text()) for it in files}
    found: dict[str, str] = {}
    for file, tree in trees.items():
        functions = {it.name: it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)}
        for call, function in _wording(tree):
            text = max((_text(it, function, functions) for it in call.args), key=len, default="")
            if re.search(r"\w", text):
                found.setdefault(text, file)
    return found


def _wording(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """The errors that are raised, and the failures of checks, each with the function around it."""

    def visit(node: ast.AST, function: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield node.exc, function
        elif isinstance(node, ast.Call) and _name(node.func) == "Failure":
            yield node, function
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    return visit(tree, tree)


def _in_file(room: str, path: Path) -> Iterator[Refusal]:
    tree = ast.parse(path.read_text())
    sources = importlib.import_module(f"crosstenant.sandbox.{room}.sources")
    functions = {it.name: it for it in tree.body if isinstance(it, ast.FunctionDef)}
    for call, function in _calls(tree):
        value = _keywords(call)["source"]
        where = f"{path.relative_to(ROOT)}:{call.lineno}"
        if _name(value) == "source":
            continue  # The source that a caller states.
        source = getattr(sources, _name(value), None) if ast.unparse(value).startswith("sources.") else None
        if not isinstance(source, Source):
            raise ValueError(f"{where}: source must be a name of {room}/sources.py, not '{ast.unparse(value)}'")
        texts = [_text(it, function, functions) for it in call.args]
        code = next((it for it in texts if _CODE.fullmatch(it) and not it.startswith("invalid_")), "")
        code = code or _default_code(room, _name(call.func))
        words = max((it for it in texts if it != code and not it.isdigit()), key=len, default="")
        yield Refusal(room, _name(value), code, words, source, where)


def _default_code(room: str, maker: str) -> str:
    """The code of a room's function for refusals that lets a caller omit it."""
    made = (
        getattr(importlib.import_module(f"crosstenant.sandbox.{room}.refusals"), maker, None)
        if maker[0].islower()
        else None
    )
    code = inspect.signature(made).parameters.get("code") if made else None
    return code.default if code else ""


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """The calls that state a source, each with the function around it."""

    def visit(node: ast.AST, function: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node
        if isinstance(node, ast.Call) and "source" in _keywords(node):
            yield node, function
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    return visit(tree, tree)


def _text(node: ast.expr, function: ast.AST, functions: dict[str, ast.FunctionDef]) -> str:
    """A string expression as its reader sees it; empty for one that is not decided in this module."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return re.sub(r"\s+", " ", "".join(_part(it, function, functions) for it in node.values))
    if isinstance(node, ast.IfExp):
        return _text(node.orelse, function, functions)
    if isinstance(node, ast.Name):
        given = [
            it.value
            for it in ast.walk(function)
            if isinstance(it, ast.Assign) and [_name(target) for target in it.targets] == [node.id]
        ]
        return _text(given[0], function, functions) if given else ""
    if isinstance(node, ast.Call) and _name(node.func) in functions:
        inner = functions[_name(node.func)]
        returned = [it.value for it in ast.walk(inner) if isinstance(it, ast.Return) and it.value is not None]
        return _text(returned[0], inner, functions) if returned else ""
    return ""


def _part(node: ast.expr, function: ast.AST, functions: dict[str, ast.FunctionDef]) -> str:
    """A part of an f-string: a value is ``…``, unless it is the first half of the message."""
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, function, functions) if _name(node.value) == "message" else "…"
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def _either(node: ast.expr) -> ast.expr:
    """An expression, and of a conditional one the part for what is not there."""
    return node.orelse if isinstance(node, ast.IfExp) else node


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {it.arg: it.value for it in call.keywords if it.arg is not None}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_refusal(name: str) -> bool:
    return re.fullmatch(r"[A-Z]\w*Refus(al|ed)", name) is not None


def _required(node: ast.ClassDef) -> set[str]:
    """The keyword arguments of a class's ``__init__`` that have no default."""
    for it in node.body:
        if isinstance(it, ast.FunctionDef) and it.name == "__init__":
            pairs = zip(it.args.kwonlyargs, it.args.kw_defaults, strict=True)
            return {argument.arg for argument, default in pairs if default is None}
    return set()
