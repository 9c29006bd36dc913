"""Every text of others by which this package recognises a cause: for tests and documentation."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.azure_texts import AZURE_TEXTS
from crosstenant.model.matched_texts.identity_texts import IDENTITY_TEXTS
from crosstenant.model.matched_texts.kubelet_texts import KUBELET_TEXTS
from crosstenant.model.matched_texts.kubernetes_texts import KUBERNETES_TEXTS
from crosstenant.model.matched_texts.provider_texts import PROVIDER_TEXTS
from crosstenant.model.matched_texts.registry_texts import REGISTRY_TEXTS

MATCHED_TEXTS: Final = (
    *PROVIDER_TEXTS,
    *IDENTITY_TEXTS,
    *KUBERNETES_TEXTS,
    *KUBELET_TEXTS,
    *AZURE_TEXTS,
    *REGISTRY_TEXTS,
)
"""The table."""
