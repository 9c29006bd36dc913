"""What a cluster signs in with, as an output.

Its annotations are not postponed: Pulumi reads them where it is an output of a component.
"""

from typing import TYPE_CHECKING


class ServicePrincipalCredential(dict[str, str]):
    """An application's credential, as azure-native's ``ManagedCluster`` takes it for ``service_principal_profile``.

    Its keys are attributes too. Of an output, take a part by its key: ``profile.service_principal_profile["secret"]``.
    """

    client_id: str
    """The application's client ID (UUID)."""
    secret: str
    """The application's secret. Secret."""

    def __repr__(self) -> str:
        return f"ServicePrincipalCredential(client_id={self['client_id']!r}, secret=...)"

    if not TYPE_CHECKING:  # Type checkers go by the attributes above.

        def __getattr__(self, name: str) -> str:
            if name not in self:
                raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
            return self[name]
