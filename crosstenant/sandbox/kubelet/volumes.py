"""The volumes of a pod as folders: https://kubernetes.io/docs/concepts/storage/projected-volumes/."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ClusterApi
from crosstenant.sandbox.kubelet.fields import field_of, part, parts

Json = dict[str, Any]

_TOKEN_SECONDS: Final = 3600


class VolumeNotEmulated(Exception):
    """The sandbox has no such volume."""


async def make_volumes(api: ClusterApi, pod: Json, folder: Path) -> dict[str, Path]:
    """Makes the folders of a pod's volumes, and writes their files anew; returns them by the volumes' names.

    :param api: The cluster's API.
    :param pod: The pod.
    :param folder: The pod's own folder.
    :raises ApiError: An object that a volume needs is missing.
    :raises VolumeNotEmulated: A volume is of another kind.
    """
    made: dict[str, Path] = {}
    for volume in parts(pod["spec"], "volumes"):
        made[volume["name"]] = place = folder / "volumes" / volume["name"]
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in (await _files(api, pod, volume)).items():
            _write(place / path, content)
    return made


async def _files(api: ClusterApi, pod: Json, volume: Json) -> dict[str, bytes]:
    if "emptyDir" in volume:
        return {}
    if "configMap" in volume:
        return await _config_map(api, pod, volume["configMap"])
    if "secret" in volume:
        source: Json = volume["secret"]
        return await _secret(api, pod, {**source, "name": source["secretName"]})
    if "downwardAPI" in volume:
        return _downward(pod, volume["downwardAPI"])
    if "projected" in volume:
        files: dict[str, bytes] = {}
        for source in parts(volume["projected"], "sources"):
            files |= await _source(api, pod, source)
        return files
    kinds = ", ".join(key for key in volume if key != "name")
    raise VolumeNotEmulated(f"the sandbox's kubelet has no volumes of kind {kinds}: volume {volume['name']}")


async def _source(api: ClusterApi, pod: Json, source: Json) -> dict[str, bytes]:
    if "serviceAccountToken" in source:
        projection: Json = source["serviceAccountToken"]
        return {projection["path"]: (await _token(api, pod, projection)).encode()}
    if "configMap" in source:
        return await _config_map(api, pod, source["configMap"])
    if "secret" in source:
        return await _secret(api, pod, source["secret"])
    if "downwardAPI" in source:
        return _downward(pod, source["downwardAPI"])
    raise VolumeNotEmulated(f"the sandbox's kubelet has no projection of kind {', '.join(source)}")


async def _token(api: ClusterApi, pod: Json, projection: Json) -> str:
    """A token that is bound to the pod, as the kubelet asks for it."""
    metadata = pod["metadata"]
    bound = {"kind": "Pod", "apiVersion": "v1", "name": metadata["name"], "uid": metadata["uid"]}
    audience = projection.get("audience")
    spec: Json = {
        "audiences": [audience] if audience else [],
        "expirationSeconds": projection.get("expirationSeconds", _TOKEN_SECONDS),
        "boundObjectRef": bound,
    }
    account = f"/api/v1/namespaces/{metadata['namespace']}/serviceaccounts/{pod['spec']['serviceAccountName']}"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return (await api.post(f"{account}/token", request))["status"]["token"]


async def _config_map(api: ClusterApi, pod: Json, source: Json) -> dict[str, bytes]:
    found = await api.get(f"/api/v1/namespaces/{pod['metadata']['namespace']}/configmaps/{source['name']}")
    texts = {name: str(text).encode() for name, text in part(found, "data").items()}
    binary = {name: base64.b64decode(text) for name, text in part(found, "binaryData").items()}
    return _chosen({**texts, **binary}, source)


async def _secret(api: ClusterApi, pod: Json, source: Json) -> dict[str, bytes]:
    found = await api.get(f"/api/v1/namespaces/{pod['metadata']['namespace']}/secrets/{source['name']}")
    return _chosen({name: base64.b64decode(text) for name, text in part(found, "data").items()}, source)


def _downward(pod: Json, source: Json) -> dict[str, bytes]:
    return {
        item["path"]: field_of(pod, item["fieldRef"]["fieldPath"]).encode()
        for item in parts(source, "items")
        if "fieldRef" in item
    }


def _chosen(files: dict[str, bytes], source: Json) -> dict[str, bytes]:
    items = parts(source, "items")
    if not items:
        return files
    missing = [item["key"] for item in items if item["key"] not in files]
    if missing:
        raise VolumeNotEmulated(f"{source['name']} has no key {', '.join(missing)}")
    return {item["path"]: files[item["key"]] for item in items}


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(content)
    draft.replace(file)
