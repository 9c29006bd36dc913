import pytest

from crosstenant.sandbox.registry.app import login_servers
from tests.sandbox.registry_world import ABAC, APP, LEGACY, SECRET, World, refusal, registry_id

PULL = "repository:hello:pull"


async def test_login_servers_are_the_registries_of_the_state(world: World):
    with world.store.read() as state:
        assert login_servers(state) == {LEGACY, ABAC}
    with world.store.change() as state:
        del state["resources"][registry_id(ABAC).lower()]
        assert login_servers(state) == {LEGACY}
    assert refusal(await world.get(ABAC, "/v2/"))[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/v2/", "/v2/hello/manifests/1.0", f"/oauth2/token?service={LEGACY}&scope={PULL}"])
@pytest.mark.parametrize(
    "closed",
    [
        {"publicNetworkAccess": "Disabled"},
        {"networkRuleSet": {"defaultAction": "Deny"}},
        {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "198.51.100.0/24"}]}},
    ],
)
async def test_network_rules_refuse_at_every_address(world: World, path: str, closed: dict[str, object]):
    with world.registry(LEGACY) as properties:
        properties.update(closed)
    expected = "client with IP '203.0.113.10' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
    answer = await world.client.get(f"https://{LEGACY}{path}", auth=(APP, SECRET))
    assert refusal(answer) == (403, "DENIED", expected)
    assert (await world.client.get(f"https://{ABAC}/v2/", auth=(APP, SECRET))).status_code == 200


async def test_network_rules_let_listed_addresses_in(world: World):
    with world.registry(LEGACY) as properties:
        properties["networkRuleSet"] = {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.0/24"}]}
    world.set(client_ip="198.51.100.77")
    assert (await world.pull(LEGACY, "hello")).status_code == 200
    world.set(client_ip="198.51.101.77")
    assert (await world.pull(LEGACY, "hello")).status_code == 403
