#!/bin/sh
# The four steps of Microsoft's guide, in the Azure CLI:
# https://learn.microsoft.com/azure/container-registry/authenticate-aks-cross-tenant
#
# The administrators of both tenants are signed in: AZ_CLUSTER and AZ_REGISTRY are their AZURE_CONFIG_DIR. The others are
# APPLICATION (a display name), CLUSTER_GROUP, CLUSTER, REGISTRY, REGISTRY_TENANT, and CONSENT (az or page).
set -eu

cluster_tenant() { AZURE_CONFIG_DIR=$AZ_CLUSTER az "$@"; }
registry_tenant() { AZURE_CONFIG_DIR=$AZ_REGISTRY az "$@"; }

# Step 1: a multi-tenant application with a secret, in the cluster tenant.
redirect=https://www.microsoft.com/
client_id=$(cluster_tenant ad app create --display-name "$APPLICATION" --query appId --output tsv)
cluster_tenant ad app update --id "$client_id" --sign-in-audience AzureADMultipleOrgs --web-redirect-uris $redirect
cluster_tenant ad sp create --id "$client_id" --output none
secret=$(cluster_tenant ad app credential reset --id "$client_id" --append --query password --output tsv)

# Step 2: its service principal in the registry tenant, made there or by an administrator's consent.
case $CONSENT in
az) registry_tenant ad sp create --id "$client_id" --output none ;;
page)
    # The consent page refuses an application without a permission; the portal adds this one, az does not.
    graph=00000003-0000-0000-c000-000000000000 user_read=e1fe6dd8-ba31-4d61-89e7-88639da4683d
    cluster_tenant ad app permission add --id "$client_id" --api $graph --api-permissions $user_read=Scope
    page="https://login.microsoftonline.com/$REGISTRY_TENANT/oauth2/authorize"
    curl --silent --show-error --fail --output /dev/null \
        "$page?client_id=$client_id&response_type=code&redirect_uri=$redirect"
    ;;
esac

# Step 3: the right to pull from the registry.
registry_id=$(registry_tenant acr show --name "$REGISTRY" --query id --output tsv)
registry_tenant role assignment create --assignee "$client_id" --role AcrPull --scope "$registry_id" --output none

# Step 4: the application as the cluster's credential.
cluster_tenant aks update-credentials --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" \
    --reset-service-principal --service-principal "$client_id" --client-secret "$secret"

printf '{"clientId": "%s", "secret": "%s"}\n' "$client_id" "$secret"
