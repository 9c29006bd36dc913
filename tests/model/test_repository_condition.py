import subprocess
import sys

import pytest

from crosstenant.model.repository_condition import (
    check_prefix,
    check_repository,
    repository_condition,
    repository_within,
)

OTHER_ACTIONS = (
    "(!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})"
    " AND !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'}))"
)
NAME = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"


def test_one_repository_is_the_documented_condition():
    assert repository_condition(["nginx"], []) == f"({OTHER_ACTIONS} OR ({NAME} StringEqualsIgnoreCase 'nginx'))"


def test_one_prefix_is_the_documented_condition():
    assert repository_condition([], ["backend/"]) == (
        f"({OTHER_ACTIONS} OR ({NAME} StringStartsWithIgnoreCase 'backend/'))"
    )


def test_names_keep_their_order_and_come_once():
    assert repository_condition(["web", "api", "web"], ["z/", "a/b/", "z/"]) == (
        f"({OTHER_ACTIONS} OR ({NAME} StringEqualsIgnoreCase 'web' OR {NAME} StringEqualsIgnoreCase 'api'"
        f" OR {NAME} StringStartsWithIgnoreCase 'z/' OR {NAME} StringStartsWithIgnoreCase 'a/b/'))"
    )


def test_nothing_given_is_refused():
    with pytest.raises(ValueError, match="omit the condition to grant the whole registry"):
        repository_condition([], [])


@pytest.mark.parametrize("name", ["a", "hello", "backend/api", "a.b_c__d-e---f/0", "team/x/y/z9", "a" * 255])
def test_oci_names_are_accepted(name: str):
    check_repository(name)
    assert f"'{name}'" in repository_condition([name], [])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("", "is not a repository name"),
        ("Backend/api", "write 'backend/api'"),
        ("backend/*", "wildcard"),
        ("backend/", "is a prefix"),
        ("/backend", "is not a repository name"),
        ("a//b", "is not a repository name"),
        ("a..b", "is not a repository name"),
        ("a___b", "is not a repository name"),
        ("-a", "is not a repository name"),
        ("a-", "is not a repository name"),
        ("a'b", "is not a repository name"),
        ("x') OR (@Request[a:b] StringLike 'y", "is not a repository name"),
        ("a\n", "is not a repository name"),
        ("hello:1.0", "omit the tag or digest"),
        ("x.azurecr.io:443/hello", "is not a repository name"),
        ("a" * 256, "longer than the 255"),
    ],
)
def test_other_names_are_refused(name: str, hint: str):
    with pytest.raises(ValueError, match=hint.replace("(", r"\(")):
        repository_condition([name], [])


def test_prefix_without_slash_is_refused_with_what_else_it_would_cover():
    with pytest.raises(ValueError, match=r"'backend' does not end with '/'.*'backend-infra'.*write 'backend/'"):
        repository_condition([], ["backend"])


@pytest.mark.parametrize(
    ("prefix", "hint"),
    [
        ("", "is not a repository prefix"),
        ("/", "is not a repository prefix"),
        ("a//", "is not a repository prefix"),
        ("backend/*", "write 'backend/', which covers all under it"),
        ("*", "write 'backend/'"),
        ("Backend/", "write 'backend/'"),
        ("a'/", "is not a repository prefix"),
    ],
)
def test_other_prefixes_are_refused(prefix: str, hint: str):
    with pytest.raises(ValueError, match=hint):
        check_prefix(prefix)


def test_probe_repository_lies_within_the_condition():
    assert repository_within(["hello", "web"], ["backend/"], "probe") == "hello"
    assert repository_within([], ["backend/", "web/"], "probe") == "backend/probe"
    assert repository_within([], [], "probe") == "probe"


def test_module_loads_nothing_but_the_standard_library():
    code = (
        "import sys; sys.modules['crosstenant'] = type(sys)('crosstenant'); "
        "sys.modules['crosstenant'].__path__ = ['crosstenant']; "
        "import crosstenant.model.repository_condition; "
        "print([name for name in sys.modules if name.split('.')[0] in {'pulumi', 'azure', 'aiohttp', 'grpc'}])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
