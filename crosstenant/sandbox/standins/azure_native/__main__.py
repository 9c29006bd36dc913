"""``python -m crosstenant.sandbox.standins.azure_native ENGINE``: the sandbox starts it for the real plugin."""

from crosstenant.plugin.dispatch import DispatchProvider
from crosstenant.plugin.serving import serve

from .package import VERSION, AzureNative

if __name__ == "__main__":
    serve(VERSION, lambda log: DispatchProvider(AzureNative()))
