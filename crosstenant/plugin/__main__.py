"""The executable ``pulumi-resource-crosstenant``, which the Pulumi engine starts once for each provider."""

from __future__ import annotations

from typing import Any

from crosstenant._version import VERSION
from crosstenant.azure.connections.open_transports import close_all
from crosstenant.plugin.package import CrosstenantPackage
from crosstenant.provider_kit.dispatch import DispatchProvider
from crosstenant.provider_kit.serving import Construct, serve


def main() -> None:
    """Serves the plugin until the engine ends it."""
    serve(VERSION, lambda log: DispatchProvider(CrosstenantPackage(log)), _make_construct, close_all, _mask)


def _mask(text: str) -> str:
    # Only a text that is shown needs what finds secrets.
    from crosstenant.azure.refusals.masking import hide

    return hide(text)


def _make_construct(engine: str, args: list[str]) -> Construct:
    async def construct(request: Any, context: Any) -> Any:
        # Only a program in another language gets here; for the others the components run in the program itself.
        from crosstenant.plugin.components import component_servicer

        return await component_servicer(engine, tuple(args)).Construct(request, context)

    return construct


if __name__ == "__main__":
    main()
