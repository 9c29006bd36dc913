"""``python -m crosstenant.sandbox.standins.azuread ENGINE``: the sandbox starts it for the real plugin."""

from crosstenant.plugin.dispatch import DispatchProvider
from crosstenant.plugin.serving import serve

from .package import VERSION, Azuread

if __name__ == "__main__":
    serve(VERSION, lambda log: DispatchProvider(Azuread()))
