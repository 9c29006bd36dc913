"""The types of the properties in bodies of Microsoft Graph, as its metadata declare them.

https://graph.microsoft.com/v1.0/$metadata
"""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.body_forms import FLAG, OBJECT, OBJECTS, OBJECTS_OR_NULL, TEXT, TEXTS, Form

FORMS: Final[dict[str, Form]] = {
    "@odata.id": TEXT,
    "accountEnabled": FLAG,
    "api": OBJECT,
    "appId": TEXT,
    "appRoleAssignmentRequired": FLAG,
    "appRoles": OBJECTS,
    "audiences": TEXTS,
    "description": TEXT,
    "displayName": TEXT,
    "endDateTime": TEXT,
    "identifierUris": TEXTS,
    "ids": TEXTS,
    "implicitGrantSettings": OBJECT,
    "issuer": TEXT,
    "keyCredentials": OBJECTS,
    "keyId": TEXT,
    "name": TEXT,
    "notes": TEXT,
    "owners@odata.bind": TEXTS,
    "passwordCredential": OBJECT,
    # Its null is passed over: graph/applications.py.
    "passwordCredentials": OBJECTS_OR_NULL,
    "publicClient": OBJECT,
    "redirectUris": TEXTS,
    "requiredResourceAccess": OBJECTS,
    "signInAudience": TEXT,
    "spa": OBJECT,
    "startDateTime": TEXT,
    "subject": TEXT,
    "tags": TEXTS,
    "types": TEXTS,
    "web": OBJECT,
}
"""By name, wherever it stands in a body."""
