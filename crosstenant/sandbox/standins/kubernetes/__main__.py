"""``python -m crosstenant.sandbox.standins.kubernetes ENGINE``: the sandbox starts it for the real plugin."""

from crosstenant.provider_kit.dispatch import DispatchProvider
from crosstenant.provider_kit.serving import serve
from crosstenant.sandbox.standins.kubernetes.package import VERSION, Kubernetes

if __name__ == "__main__":
    package = Kubernetes()
    serve(VERSION, lambda log: DispatchProvider(package), at_end=package.close)
