"""``python -m crosstenant.sandbox.standins.azure_native ENGINE``: the sandbox starts it for the real plugin."""

from crosstenant.provider_kit.dispatch import DispatchProvider
from crosstenant.provider_kit.serving import serve
from crosstenant.sandbox.standins.azure_native.package import VERSION, AzureNative

if __name__ == "__main__":
    serve(VERSION, lambda log: DispatchProvider(AzureNative(log.warning)))
