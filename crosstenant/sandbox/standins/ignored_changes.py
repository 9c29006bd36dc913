"""What a program ignores changes of (``ignore_changes``), as the engine tells a provider.

The engine keeps an ignored input as it was. A provider that compares the state with the inputs must pass over the
ignored paths itself: pulumi/pulumi-terraform-bridge, pkg/tfbridge/provider.go (Diff), and pulumi/pulumi-kubernetes,
provider/pkg/provider/provider.go.
"""

from __future__ import annotations

from crosstenant.provider_kit.interception import current_request


def ignored_paths() -> tuple[str, ...]:
    """The paths whose changes the program ignores, in the request that is being answered."""
    return tuple(getattr(current_request.get(None), "ignoreChanges", ()))


def is_below(path: str, above: str) -> bool:
    """Whether a path is ``above`` or leads through it."""
    return path == above or path.startswith((f"{above}.", f"{above}["))
