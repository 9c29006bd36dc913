"""The flags that the control plane's programs are started with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_CONTROLLERS: Final = (
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "deployment-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "replicaset-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "ttl-after-finished-controller",
)
"""The controllers that pull secrets and the pods that use them need, from some forty."""


def etcd_flags(folder: Path, port: int, peer_port: int) -> list[str]:
    """The flags of etcd.

    :param folder: The cluster's folder, with its keys.
    :param port: The port for the API server.
    :param peer_port: The port for other members, of which there are none.
    """
    client, peer = f"https://127.0.0.1:{port}", f"https://127.0.0.1:{peer_port}"
    server, authority = folder / "server.pem", folder / "authority.pem"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        # Other users of this machine reach the loopback, too.
        "--client-cert-auth=true",
        f"--trusted-ca-file={authority}",
        f"--cert-file={server}",
        f"--key-file={server}",
        "--peer-client-cert-auth=true",
        f"--peer-trusted-ca-file={authority}",
        f"--peer-cert-file={server}",
        f"--peer-key-file={server}",
        # A crash of the machine may cost the data of a sandbox.
        "--unsafe-no-fsync=true",
        "--log-level=error",
    ]


def api_server_flags(folder: Path, host: str, issuer: str, etcd_port: int, port: int) -> list[str]:
    """The flags of kube-apiserver: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/.

    :param folder: The cluster's folder, with its keys.
    :param host: The host name by which clients know it.
    :param issuer: The issuer of service account tokens.
    :param etcd_port: The port of etcd.
    :param port: The port to listen on.
    """
    server, authority, tokens = folder / "server.pem", folder / "authority.pem", folder / "service-accounts.pem"
    return [
        f"--etcd-servers=https://127.0.0.1:{etcd_port}",
        f"--etcd-cafile={authority}",
        f"--etcd-certfile={server}",
        f"--etcd-keyfile={server}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--external-hostname={host}",
        # No pod reaches it by an address of the cluster's network: there is none.
        "--advertise-address=10.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/16",
        f"--tls-cert-file={server}",
        f"--tls-private-key-file={server}",
        f"--client-ca-file={authority}",
        "--authorization-mode=RBAC",
        # As on AKS; the kubelet refuses such pods.
        "--allow-privileged=true",
        f"--service-account-issuer={issuer}",
        f"--service-account-jwks-uri={issuer.rstrip('/')}/openid/v1/jwks",
        f"--service-account-signing-key-file={tokens}",
        f"--service-account-key-file={tokens}",
        # AKS: https://learn.microsoft.com/azure/aks/use-oidc-issuer
        "--service-account-max-token-expiration=24h",
        "--service-account-extend-token-expiration=false",
        "--profiling=false",
        "--v=0",
    ]


def controller_manager_flags(folder: Path) -> list[str]:
    """The flags of kube-controller-manager.

    :param folder: The cluster's folder, with its keys.
    """
    return [
        f"--kubeconfig={folder / 'controller-manager.conf'}",
        f"--controllers={','.join(_CONTROLLERS)}",
        f"--root-ca-file={folder / 'authority.pem'}",
        "--leader-elect=false",
        "--secure-port=0",
        "--profiling=false",
        "--v=0",
    ]
