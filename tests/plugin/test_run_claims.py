"""Records of one cluster in two providers of a run: each provider is a process of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.plugin.service_principal_profile.run_claims import RunClaims
from tests.azure.aks_world import CLUSTER, CLUSTER_ID

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a launcher stands between the engine and the plugin")

ENGINE = "127.0.0.1:40000"
FIRST, SECOND = "urn:pulumi:dev::test::profile::first", "urn:pulumi:dev::test::profile::second"


def test_the_first_record_of_a_cluster_has_it_and_each_other_is_told_which(tmp_path: Path):
    one, other = RunClaims(ENGINE, tmp_path), RunClaims(ENGINE, tmp_path)
    assert one.first(FIRST, CLUSTER) is None
    assert other.first(SECOND, parse_arm_id(CLUSTER_ID.upper().replace("/SUB", "/sub"), CLUSTER_TYPE)) == FIRST
    assert one.first(FIRST, CLUSTER) is None, "the preview and the update of one command ask each"
    assert other.first(SECOND, parse_arm_id(f"{CLUSTER_ID}-two", CLUSTER_TYPE)) is None


def test_runs_do_not_know_of_each_other(tmp_path: Path):
    assert RunClaims(ENGINE, tmp_path).first(FIRST, CLUSTER) is None
    assert RunClaims("127.0.0.1:40001", tmp_path).first(SECOND, CLUSTER) is None
    assert RunClaims("", tmp_path).first(SECOND, CLUSTER) is None


def test_where_no_file_can_be_written_nothing_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert RunClaims(ENGINE, tmp_path / "file").first(FIRST, CLUSTER) is None
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    assert RunClaims(ENGINE, tmp_path / "link").first(FIRST, CLUSTER) is None
    assert list(tmp_path.glob("*.claims")) == [], "through a link that somebody may have made"


def test_files_of_runs_that_ended_days_ago_are_removed(tmp_path: Path):
    old, young = tmp_path / "old.claims", tmp_path / "young.claims"
    for file, days in ((old, 4), (young, 1)):
        file.write_text("")
        ended = time.time() - days * 86400
        os.utime(file, (ended, ended))
    RunClaims(ENGINE, tmp_path).first(FIRST, CLUSTER)
    assert (old.exists(), young.exists()) == (False, True)
