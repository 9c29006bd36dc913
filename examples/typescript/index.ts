// The quickstart in TypeScript: one AKS cluster pulls images from a container registry in another Entra tenant.
import * as crosstenant from "pulumi-crosstenant";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

function tenant(side: "cluster" | "registry"): crosstenant.types.input.TenantArgs {
    return {
        tenantId: config.require(`${side}TenantId`),
        clientId: config.require(`${side}ClientId`),
        clientSecret: config.requireSecret(`${side}ClientSecret`),
    };
}

const pull = new crosstenant.CrossTenantPull("pull", {
    clusterTenant: tenant("cluster"),
    registryTenant: tenant("registry"),
    registries: [{
        registryId: config.require("registryId"),
        pullCheck: { repository: config.require("repository") },
    }],
    clusters: [{ clusterId: config.require("clusterId") }],
});

export const clientId = pull.clientId;
export const loginServer = pull.registries[0].loginServer;
export const pullResult = pull.registries[0].pullResult;
export const imagePullSecret = pull.imagePullSecret;
