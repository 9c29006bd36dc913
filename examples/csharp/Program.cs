// The quickstart in C#: one AKS cluster pulls images from a container registry in another Entra tenant.
using System.Collections.Generic;
using Crosstenant.Azure;
using Crosstenant.Azure.Inputs;
using Pulumi;

return await Deployment.RunAsync(() =>
{
    var config = new Config();

    TenantArgs Tenant(string side) => new TenantArgs
    {
        TenantId = config.Require($"{side}TenantId"),
        ClientId = config.Require($"{side}ClientId"),
        ClientSecret = config.RequireSecret($"{side}ClientSecret"),
    };

    var pull = new CrossTenantPull("pull", new CrossTenantPullArgs
    {
        ClusterTenant = Tenant("cluster"),
        RegistryTenant = Tenant("registry"),
        Registries =
        {
            new RegistryArgs
            {
                RegistryId = config.Require("registryId"),
                PullCheck = new PullCheckOptionsArgs { Repository = config.Require("repository") },
            },
        },
        Clusters = { new ClusterArgs { ClusterId = config.Require("clusterId") } },
    });

    return new Dictionary<string, object?>
    {
        ["clientId"] = pull.ClientId,
        ["loginServer"] = pull.Registries.Apply(it => it[0].LoginServer),
        ["pullResult"] = pull.Registries.Apply(it => it[0].PullResult),
        ["imagePullSecret"] = pull.ImagePullSecret,
    };
});
