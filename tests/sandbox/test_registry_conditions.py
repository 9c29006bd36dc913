import pytest

from crosstenant.sandbox.arm.roles.conditions import LONGEST, REPOSITORY_NAME, parse_condition
from tests.sandbox.registry_world import within

CONTENT_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
METADATA_READ = "Microsoft.ContainerRegistry/registries/repositories/metadata/read"
NAME = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
GUID = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ROLE = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]"


def allows(text: str, name: str = "hello", action: str = CONTENT_READ) -> bool:
    return parse_condition(text).allows(action, {REPOSITORY_NAME: name})


@pytest.mark.parametrize(
    ("comparison", "inside", "outside"),
    [
        ("StringEquals 'nginx'", ["nginx"], ["Nginx", "nginx2", "team/nginx", ""]),
        ("StringEqualsIgnoreCase 'Nginx'", ["nginx", "NGINX"], ["nginx/", "ginx"]),
        ("StringNotEquals 'nginx'", ["Nginx", "other"], ["nginx"]),
        ("StringNotEqualsIgnoreCase 'nginx'", ["other"], ["nginx", "NGINX"]),
        (
            "StringStartsWith 'backend/'",
            ["backend/api", "backend/a/b"],
            ["backend", "backend-infra/tools", "Backend/api", "x/backend/"],
        ),
        ("StringStartsWithIgnoreCase 'backend/'", ["Backend/api", "backend/api"], ["backend-infra/tools"]),
        ("StringNotStartsWith 'backend/'", ["backend-infra/tools"], ["backend/api"]),
        ("StringLike 'back*/a?i'", ["backend/api", "back/a-i"], ["backend/ai", "Backend/api", "xbackend/api"]),
        ("StringLikeIgnoreCase 'Back*'", ["backend/api"], ["front"]),
        ("StringNotLike 'back*'", ["hello"], ["backend/api"]),
        (r"StringLike 'a\*b'", ["a*b"], ["axb", "axxb"]),
        (r"StringLike 'a\?b'", ["a?b"], ["axb"]),
        ("StringLike 'a[bc].d'", ["a[bc].d"], ["ab.d", "a[bc]xd"]),
        (r"StringEquals 'it\'s'", ["it's"], ["its"]),
        ("StringEquals ') OR (true AND NOT'", [") OR (true AND NOT"], ["hello"]),
        ("ForAnyOfAnyValues:StringEquals {'a', 'b'}", ["a", "b"], ["A", "c"]),
        ("ForAnyOfAnyValues:StringLikeIgnoreCase {'x*','y*'}", ["Xa", "y"], ["z"]),
        ("ForAllOfAllValues:StringNotEquals {'a','b'}", ["c"], ["a", "b"]),
        ("ForAnyOfAllValues:StringNotEquals {'a','b'}", ["c"], ["a", "b"]),
        ("ForAllOfAnyValues:StringEquals {'a','b'}", ["a"], ["c"]),
    ],
)
def test_comparison(comparison: str, inside: list[str], outside: list[str]):
    condition = within(comparison)
    assert [allows(condition, name) for name in inside] == [True] * len(inside)
    assert [allows(condition, name) for name in outside] == [False] * len(outside)


def test_actions_that_the_condition_does_not_mention_are_not_its_business():
    condition = within("StringEqualsIgnoreCase 'nginx'")
    assert not allows(condition, "other", CONTENT_READ)
    assert not allows(condition, "other", METADATA_READ.upper())
    assert allows(condition, "other", "Microsoft.ContainerRegistry/registries/catalog/read")


@pytest.mark.parametrize(
    ("pattern", "matching"), [("*", True), ("Microsoft.ContainerRegistry/*", True), ("*/content/*", True), ("a", False)]
)
def test_action_patterns(pattern: str, matching: bool):
    assert allows(f"ActionMatches{{'{pattern}'}}") is matching


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("ActionMatches{'*'} AND ActionMatches{'*'} AND ActionMatches{'x'}", False),
        ("ActionMatches{'x'} OR ActionMatches{'x'} OR ActionMatches{'*'}", True),
        ("ActionMatches{'x'} || ActionMatches{'*'}", True),
        ("ActionMatches{'x'} && ActionMatches{'*'}", False),
        ("!ActionMatches{'x'}", True),
        ("NOT (ActionMatches{'*'})", False),
        ("!(!(ActionMatches{'*'}))", True),
        ("NOT NOT ActionMatches{'*'}", True),
        ("ActionMatches{'x'} OR (ActionMatches{'*'} AND ActionMatches{'*'})", True),
        ("(ActionMatches{'x'} OR ActionMatches{'*'}) AND ActionMatches{'x'}", False),
        (f"Exists {NAME}", True),
        ("Exists @Request[Microsoft.Storage/storageAccounts:name]", False),
    ],
)
def test_logic(text: str, holds: bool):
    assert allows(text) is holds


def test_spaces_and_lines_do_not_matter():
    condition = within("StringEquals 'nginx'")
    assert allows(condition.replace(" OR ", "\n\tOR\r\n   ").replace("(", " ( ").replace(")", " )\n"), "nginx")


@pytest.mark.parametrize("negated", ["", "Not"])
def test_comparison_with_an_absent_attribute_is_false(negated: str):
    other = f"@Resource[Microsoft.ContainerRegistry/registries/repositories:name] String{negated}Equals 'hello'"
    assert not allows(other)
    assert not parse_condition(f"{NAME} String{negated}Equals 'hello'").allows(CONTENT_READ, {})


def test_attribute_names_do_not_know_case():
    assert allows(f"{NAME.lower().replace('@request', '@Request')} StringEquals 'hello'")


def test_role_administration_condition():
    condition = parse_condition(f"{ROLE} ForAnyOfAnyValues:GuidEquals {{{GUID}, {GUID.replace('7', '8')}}}")
    action = "Microsoft.Authorization/roleAssignments/write"
    assert condition.allows(action, {ROLE: GUID.upper()})
    assert not condition.allows(action, {ROLE: GUID.replace("7", "9")})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "()",
        "ActionMatches",
        "ActionMatches{}",
        "ActionMatches{'a'",
        "ActionMatches{'a','b'}",
        "ActionMatches('a')",
        "(ActionMatches{'a'}",
        "ActionMatches{'a'})",
        "ActionMatches{'a'} AND",
        "AND ActionMatches{'a'}",
        "ActionMatches{'a'} ActionMatches{'b'}",
        "ActionMatches{'a'} AND ActionMatches{'b'} OR ActionMatches{'c'}",
        "ActionMatches{'a'} or ActionMatches{'b'}",
        f"{NAME}",
        f"{NAME} StringEquals",
        f"{NAME} StringEquals hello",
        f"{NAME} StringEquals 'hello",
        f'{NAME} StringEquals "hello"',
        f"{NAME} StringEquals 'it's'",
        f"{NAME} StringEquals {{'a','b'}}",
        f"{NAME} StringContains 'a'",
        f"{NAME} stringequals 'a'",
        f"{NAME} NumericEquals 1",
        f"{NAME} GuidEquals 'a'",
        f"{NAME} GuidLike {GUID}",
        f"{NAME} ForAnyOfAnyValues:StringEquals 'a'",
        f"{NAME} ForAnyOfAnyValues:StringEquals {{}}",
        f"{NAME} ForAnyOfAnyValues:StringEquals {{'a',}}",
        f"{NAME} ForAnyOfAnyValues:StringStartsWith {{'a'}}",
        f"{NAME} ForSomeOfAnyValues:StringEquals {{'a'}}",
        "@Subject[a:b] StringEquals 'x'",
        "@Request[] StringEquals 'x'",
        "Request[a:b] StringEquals 'x'",
        "ActionMatches{'a'} ; DROP",
        "(" * 8000,
    ],
)
def test_what_is_no_condition_is_refused(text: str):
    with pytest.raises(ValueError, match="condition"):
        parse_condition(text)


def test_error_says_where():
    with pytest.raises(ValueError, match="at character 24: not understood: '\"x\"'"):
        parse_condition('@Request[a] StringLike "x"')
    with pytest.raises(ValueError, match="at character 42: AND and OR need parentheses between them, not 'AND'"):
        parse_condition("Exists @Request[a] OR Exists @Request[b] AND Exists @Request[c]")


def test_condition_of_more_than_8_kb_is_refused():
    comparison = f"{NAME} StringEquals '{{}}'"
    longest = comparison.format("a" * (LONGEST - len(comparison.format(""))))
    assert not allows(longest)
    with pytest.raises(ValueError, match="at most 8192 characters, not 8193"):
        parse_condition(longest.replace("a'", "aa'"))
