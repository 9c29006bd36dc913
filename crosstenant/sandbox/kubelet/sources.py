"""Where the refusals of a node's pull come from: the registry's answer is quoted; a pod shows containerd's words."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import own, page

IMAGE_FORM: Final = own("the sandbox pulls from its own registries only")
NOT_REACHED: Final = page(
    "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/cannot-pull-image-from-acr-to-aks-cluster",
    but="the words, and that a registry that a drift has made unreachable answers at once",
)
NO_SERVICE_PRINCIPAL: Final = page(
    "https://learn.microsoft.com/azure/container-registry/authenticate-aks-cross-tenant",
    but="the words, which are ours",
)
REGISTRY_REFUSES: Final = own("the registry's answer is quoted")
WRONG_DIGEST: Final = own("a check of the sandbox's own images")
