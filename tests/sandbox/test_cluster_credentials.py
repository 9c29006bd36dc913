"""The certificates of a cluster and its kubeconfig: the same until the cluster is another one."""

import base64
import copy
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from crosstenant.sandbox.kubernetes.certificates import certificates_of, ensure_certificates
from crosstenant.sandbox.kubernetes.programs import ProgramsMissing, find_programs
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import CLUSTER
from crosstenant.sandbox.world.state import State, public, without_secrets
from tests.sandbox.arm_world import Arm


@pytest.fixture
def cluster(seeded: State) -> State:
    document = resource(copy.deepcopy(seeded), CLUSTERS, "aks-managed")
    ensure_certificates(document)
    return document


def test_administrator_is_in_the_group_of_masters(cluster: State) -> None:
    issued = certificates_of(cluster)
    certificate = x509.load_pem_x509_certificate(issued.administrator.certificate.encode())
    [name] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    groups = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert (name.value, [one.value for one in groups]) == ("masterclient", ["system:masters"])
    authority = x509.load_pem_x509_certificate(issued.authority.certificate.encode())
    certificate.verify_directly_issued_by(authority)


def test_certificates_are_made_once_and_no_answer_shows_them(cluster: State) -> None:
    before = certificates_of(cluster)
    assert not ensure_certificates(cluster)
    assert certificates_of(cluster) == before
    assert "_kubernetes" not in public(cluster)
    shown = json.dumps(without_secrets(cluster)) + repr(before)
    assert "PRIVATE KEY" not in shown


def test_folder_of_a_cluster_is_no_path_whatever_the_state_says(cluster: State) -> None:
    cluster["_kubernetes"]["id"] = "../../elsewhere"
    assert certificates_of(cluster).folder.isalnum()


def test_resource_manager_answers_the_same_kubeconfig_each_time(arm: Arm) -> None:
    def kubeconfig(kind: str) -> State:
        [found] = arm.post(f"{CLUSTER}/listCluster{kind}Credential").json()["kubeconfigs"]
        assert found["name"] == f"cluster{kind}"
        return json.loads(base64.b64decode(found["value"]))

    user, admin = kubeconfig("User"), kubeconfig("Admin")
    assert kubeconfig("User") == user
    assert (user["current-context"], admin["current-context"]) == ("aks-prod", "aks-prod-admin")
    assert user["users"][0]["user"] == admin["users"][0]["user"]
    assert set(user["users"][0]["user"]) == {"client-certificate-data", "client-key-data"}
    assert user["clusters"][0]["cluster"]["server"].endswith(".azmk8s.io:443")


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "etcd").write_text("#!/bin/sh\n")
    (tmp_path / "etcd").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("crosstenant.sandbox.kubernetes.programs._BUILT", tmp_path)
    with pytest.raises(ProgramsMissing, match="and kube-apiserver, kube-controller-manager cannot be found"):
        find_programs()
