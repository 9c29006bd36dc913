// The quickstart in Java: one AKS cluster pulls images from a container registry in another Entra tenant.
package pull;

import com.pulumi.Config;
import com.pulumi.Context;
import com.pulumi.Pulumi;
import crosstenant.crosstenant.CrossTenantPull;
import crosstenant.crosstenant.CrossTenantPullArgs;
import crosstenant.crosstenant.inputs.ClusterArgs;
import crosstenant.crosstenant.inputs.PullCheckOptionsArgs;
import crosstenant.crosstenant.inputs.RegistryArgs;
import crosstenant.crosstenant.inputs.TenantArgs;

public final class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context context) {
        var config = context.config();
        var pull = new CrossTenantPull("pull", CrossTenantPullArgs.builder()
            .clusterTenant(tenant(config, "cluster"))
            .registryTenant(tenant(config, "registry"))
            .registries(RegistryArgs.builder()
                .registryId(config.require("registryId"))
                .pullCheck(PullCheckOptionsArgs.builder().repository(config.require("repository")).build())
                .build())
            .clusters(ClusterArgs.builder().clusterId(config.require("clusterId")).build())
            .build());

        context.export("clientId", pull.clientId());
        context.export("loginServer", pull.registries().applyValue(it -> it.get(0).loginServer()));
        context.export("pullResult", pull.registries().applyValue(it -> it.get(0).pullResult()));
        context.export("imagePullSecret", pull.imagePullSecret());
    }

    private static TenantArgs tenant(Config config, String side) {
        return TenantArgs.builder()
            .tenantId(config.require(side + "TenantId"))
            .clientId(config.require(side + "ClientId"))
            .clientSecret(config.requireSecret(side + "ClientSecret"))
            .build();
    }
}
