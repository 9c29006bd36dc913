// The quickstart in Go: one AKS cluster pulls images from a container registry in another Entra tenant.
package main

import (
	"example.com/pulumi-crosstenant/sdk/go/crosstenant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		tenant := func(side string) crosstenant.TenantArgs {
			return crosstenant.TenantArgs{
				TenantId:     settings.Require(side + "TenantId"),
				ClientId:     pulumi.String(settings.Require(side + "ClientId")),
				ClientSecret: settings.RequireSecret(side + "ClientSecret"),
			}
		}
		repository := settings.Require("repository")
		pull, err := crosstenant.NewCrossTenantPull(ctx, "pull", &crosstenant.CrossTenantPullArgs{
			ClusterTenant:  tenant("cluster"),
			RegistryTenant: tenant("registry"),
			Registries: []crosstenant.RegistryArgs{{
				RegistryId: pulumi.String(settings.Require("registryId")),
				PullCheck:  &crosstenant.PullCheckOptionsArgs{Repository: &repository},
			}},
			Clusters: []crosstenant.ClusterArgs{{
				ClusterId: pulumi.String(settings.Require("clusterId")),
			}},
		})
		if err != nil {
			return err
		}
		registry := pull.Registries.Index(pulumi.Int(0))
		ctx.Export("clientId", pull.ClientId)
		ctx.Export("loginServer", registry.LoginServer())
		ctx.Export("pullResult", registry.PullResult())
		ctx.Export("imagePullSecret", pull.ImagePullSecret)
		return nil
	})
}
