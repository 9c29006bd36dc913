"""How the real provider compares: inputs with inputs, and what changed in Azure carried into the inputs by a read.

https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/diff.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    elif _are_lists_of_one_length(old, new):
        for index, (before, after) in enumerate(zip(_items(old), _items(new), strict=True)):
            yield from changed_paths(f"{path}[{index}]", before, after)
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
    if _are_lists_of_one_length(inputs, before, after):
        items = zip(_items(inputs), _items(before), _items(after), strict=True)
        return [carry(*each) for each in items]
    return cast(Plain, after)


def _fields(value: Plain) -> dict[str, Plain]:
    return cast("dict[str, Plain]", value)


def _items(value: Plain) -> list[Plain]:
    return cast("list[Plain]", value)


def _are_lists_of_one_length(*values: Plain) -> bool:
    return all(isinstance(value, list) for value in values) and len({len(_items(value)) for value in values}) == 1


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
