"""Reading Kubernetes objects, and the fields of a pod that its containers may read.

https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]


def part(document: Json, name: str) -> Json:
    """An object within an object; empty where it is missing or null."""
    value: Any = document.get(name)
    return value if value else {}


def parts(document: Json, name: str) -> list[Json]:
    """A list of objects within an object; empty where it is missing or null."""
    value: Any = document.get(name)
    return value if value else []


def field_of(pod: Json, path: str) -> str:
    """The value of a field; empty for one that the pod does not have.

    :param pod: The pod.
    :param path: ``metadata.namespace``, ``metadata.labels['app']``, ``metadata.labels``, ``spec.nodeName``.
    """
    member = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if member:
        return str(part(pod["metadata"], member[1]).get(member[2], ""))
    *above, last = path.split(".")
    document = pod
    for name in above:
        document = part(document, name)
    if path in ("metadata.labels", "metadata.annotations"):
        return "\n".join(f'{key}="{text}"' for key, text in part(document, last).items())
    return str(document.get(last, ""))
