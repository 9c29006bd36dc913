import time
import pytest
from crosstenant.sandbox import seed
CASES = {
 "badid": {"clusterId": "/subscriptions/x"},
 "reg": {"registryId": seed.REGISTRY + "x"},
 "unknown-tenant": {"clusterTenantId": "c0000000-0000-4000-8000-00000000000c"},
 "unknown-tenantB": {"registryTenantId": "c0000000-0000-4000-8000-00000000000c"},
 "swap": {"registryTenantId": seed.CLUSTER_TENANT, "clusterTenantId": seed.REGISTRY_TENANT},
 "wrongsecret": {"secret:registryClientSecret": "wrong-secret"},
 "wrongsecretA": {"secret:clusterClientSecret": "wrong-secret"},
 "unknownclient": {"clusterClientId": "c0000000-0000-4000-8000-00000000000c"},
 "managed": {"clusterId": seed.MANAGED_IDENTITY_CLUSTER},
 "powerlessA": {"clusterClientId": seed.CLUSTER_POWERLESS_ID, "secret:clusterClientSecret": seed.CLUSTER_POWERLESS_SECRET},
 "powerlessB": {"registryClientId": seed.REGISTRY_POWERLESS_ID, "secret:registryClientSecret": seed.REGISTRY_POWERLESS_SECRET},
}
@pytest.mark.parametrize("name", list(CASES))
def test_scratch(quickstart, azure, name):
    from lib.sandbox import CONFIG, SECRETS
    plain = {k: v for k, v in CASES[name].items() if not k.startswith("secret:")}
    secret = {k[7:]: v for k, v in CASES[name].items() if k.startswith("secret:")}
    quickstart.create({**CONFIG, **plain}, {**SECRETS, **secret})
    t=time.time()
    out = quickstart.operate("preview")
    print("TIME", time.time()-t)
    print(out.output)
    print(out.errors)
    print(azure.writes)
    assert 0
