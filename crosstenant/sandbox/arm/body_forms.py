"""The types of the properties in bodies of Azure Resource Manager, as its resource providers declare them.

https://github.com/Azure/azure-rest-api-specs has the declarations.
"""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.body_forms import FLAG, NUMBER, OBJECT, OBJECTS, OBJECTS_OR_NULL, TEXT, TEXTS, Form

FORMS: Final[dict[str, Form]] = {
    "aadProfile": OBJECT,
    "adminUserEnabled": FLAG,
    "agentPoolProfiles": OBJECTS,
    "azureADAuthenticationAsArmPolicy": OBJECT,
    "anonymousPullEnabled": FLAG,
    "apiServerAccessProfile": OBJECT,
    "audiences": TEXTS,
    "clusterToken": TEXT,
    "command": TEXT,
    "context": TEXT,
    "count": NUMBER,
    "identity": OBJECT,
    "ipRules": OBJECTS_OR_NULL,
    "issuer": TEXT,
    "location": TEXT,
    "maintenanceWindow": OBJECT,
    "name": TEXT,
    "networkRuleSet": OBJECT,
    "oidcIssuerProfile": OBJECT,
    "policies": OBJECT,
    "properties": OBJECT,
    "schedule": OBJECT,
    "servicePrincipalProfile": OBJECT,
    "sku": OBJECT,
    "subject": TEXT,
    "tags": OBJECT,
}
"""By name, wherever it stands in a body; of other properties the sandbox reads no part, or checks it itself."""
