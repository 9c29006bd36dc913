"""How the real provider compares: inputs with inputs, and what changed in Azure carried into the inputs by a read.

https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/diff.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast

from crosstenant.provider_kit.values import UNKNOWN, Plain

# The rest of an ID, with the names of type and resource, is compared with its case; so is every shorter ID.
_PREFIX: Final = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/", re.IGNORECASE)

# The second: https://github.com/pulumi/pulumi-azure-native/issues/4772.
_WITHOUT_CASE: Final = frozenset({"resourceGroupName", "networkProfile.loadBalancerProfile.backendPoolType"})


def changed_paths(path: str, old: Plain, new: Plain) -> Iterable[str]:
    """The paths of the leaves that differ, ``servicePrincipalProfile.clientId``."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = _fields(old), _fields(new)
        if path == "sku" and _sku(olds) == _sku(news):
            return
        for key in {**olds, **news}:
            yield from changed_paths(f"{path}.{key}", olds.get(key), news.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        before, after = _items(old), _items(new)
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from changed_paths(f"{path}[{index}]", one, other)
        for index in range(*sorted((len(before), len(after)))):
            yield f"{path}[{index}]"
    elif not _same(path, old, new):
        yield path


def carry(inputs: Plain, before: Plain, after: Plain) -> Plain:
    """``inputs`` with what changed from ``before`` to ``after``, both of them seen in Azure.

    What Azure never shows, a secret for one, stays as it is; what Azure adds by itself never becomes an input.
    """
    if before == after:
        return inputs
    if isinstance(before, dict) and isinstance(after, dict) and isinstance(inputs, dict):
        olds, news, carried = _fields(before), _fields(after), dict(_fields(inputs))
        for key in {**olds, **news}:
            if olds.get(key) == news.get(key):
                continue
            if key not in news:
                carried.pop(key, None)
            else:
                carried[key] = carry(carried.get(key), olds.get(key), news[key])
        return carried
    if isinstance(before, list) and isinstance(after, list) and isinstance(inputs, list):
        items = zip(_items(inputs), _items(before), _items(after), strict=False)
        carried_items = [carry(*each) for each in items]
        return [*carried_items, *_items(after)[len(carried_items) :]]
    return cast(Plain, after)


def leads_to(members: Iterable[str], path: str) -> bool:
    """Whether a path leads to or through one of the members of its input, ``networkProfile.podCidrs[0]``."""
    return any(f"{_member(path)}.".startswith(f"{it}.") for it in members)


def is_one_of(members: Iterable[str], path: str) -> bool:
    """Whether a path is that of one of the members of its input, and not of a part of one."""
    return not path.endswith("]") and _member(path) in members


def value_at(path: str, properties: Mapping[str, Plain]) -> Plain:
    """The value at a path, ``networkProfile.podCidrs[0]``; ``None`` if there is none."""
    value: Plain = dict(properties)
    for key in re.findall(r"\w+", path):
        if isinstance(value, dict):
            value = _fields(value).get(key)
        elif isinstance(value, list) and key.isdigit():
            value = dict(enumerate(_items(value))).get(int(key))
        else:
            return None
    return value


def _member(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path).partition(".")[2]


def _fields(value: Plain) -> dict[str, Plain]:
    return cast("dict[str, Plain]", value)


def _items(value: Plain) -> list[Plain]:
    return cast("list[Plain]", value)


def _sku(fields: dict[str, Plain]) -> dict[str, Plain]:
    """A SKU in its present words, if it is one of a name and a tier: AKS has had two words for each of two."""
    if fields.keys() != {"name", "tier"}:
        return fields
    renamed = {"name": {"Basic": "Base"}, "tier": {"Paid": "Standard"}}
    return {key: renamed[key].get(str(value), value) for key, value in fields.items()}


def _same(path: str, old: Plain, new: Plain) -> bool:
    if old is UNKNOWN or new is UNKNOWN:
        return False
    if isinstance(old, str) and isinstance(new, str):
        if path == "location":
            return old.replace(" ", "").lower() == new.replace(" ", "").lower()
        if path in _WITHOUT_CASE:
            return old.lower() == new.lower()
        return _comparable(old) == _comparable(new)
    return bool(old == new)


def _comparable(text: str) -> str:
    return _PREFIX.sub(lambda prefix: prefix[0].lower(), text, count=1) if _PREFIX.match(text) else text
