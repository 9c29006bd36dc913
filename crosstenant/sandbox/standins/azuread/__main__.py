"""``python -m crosstenant.sandbox.standins.azuread ENGINE``: the sandbox starts it for the real plugin."""

from crosstenant.provider_kit.dispatch import DispatchProvider
from crosstenant.provider_kit.serving import serve
from crosstenant.sandbox.standins.azuread.package import VERSION, Azuread

if __name__ == "__main__":
    serve(VERSION, lambda log: DispatchProvider(Azuread()))
