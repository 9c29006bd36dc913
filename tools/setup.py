"""Make a bare checkout ready for work: its Python environment in `.venv`, and Pulumi in `.tools/bin` if there is none.

    python3 tools/setup.py [--tests [--apt]] [--clients] [--kubernetes] [--only STEP ...]

With --tests also what tests alone need: the host of YAML programs, pulumi-kubernetes in a folder of its own, and two
registry clients. With --apt one of these comes from the system's packages, by apt-get; without it nothing outside the
checkout is changed. With --clients also the Azure CLI, the kubelet's credential provider and a provider plugin, for
`make test-clients`. With --kubernetes also the Kubernetes API of the sandbox's clusters, and pulumi-kubernetes. Steps
that do not depend on each other run side by side. Does nothing, at once and in silence, where everything is there
already. The Makefile calls it before each target.
This file alone is also read by older Pythons, to tell them so: keep newer syntax out of it.
"""

import argparse
import signal
import sys

OLDEST = (3, 10)


def main():
    """Set up what is asked for; the exit code says whether it is there now."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"setup: Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, and {sys.executable} is {found}. "
            "Name a newer one: make PYTHON=/path/to/python3 ..."
        )
    from lib.progress import SetupError
    from lib.steps import side_by_side

    parser = argparse.ArgumentParser(description="Make a bare checkout ready for work.")
    parser.add_argument("--tests", action="store_true", help="set up what tests alone need, too")
    parser.add_argument("--apt", action="store_true", help="install skopeo with apt-get, instead of building oras")
    parser.add_argument("--clients", action="store_true", help="set up what make test-clients needs, too")
    parser.add_argument("--kubernetes", action="store_true", help="set up the Kubernetes API of clusters, too")
    parser.add_argument("--only", action="append", metavar="STEP", help="this step alone (python, pulumi ...)")
    args = parser.parse_args()
    steps = _steps(args.tests, args.apt, args.only, args.clients, args.kubernetes)
    unknown = set(args.only or ()) - {step.name for step in steps}
    if unknown:
        parser.error(f"--only must be one of: {', '.join(step.name for step in steps)}")
    # What ends the command ends the steps' commands with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        side_by_side([step for step in steps if not args.only or step.name in args.only])
    except SetupError as error:
        sys.exit(f"setup: {error}")
    except KeyboardInterrupt:
        sys.exit("setup: interrupted; what was finished is kept, the rest is done at the next start")


def _steps(tests, apt, only, clients, kubernetes):
    from lib import (
        azure_cli,
        cluster_clients,
        control_plane,
        kubernetes_plugin,
        pulumi_cli,
        python_env,
        registry_clients,
    )
    from lib.steps import Step

    python = Step("python", python_env.ensure)

    if only and python.name not in only:
        python.over.set()

    def venv():
        python.over.wait()
        return not python.failed and python_env.STAMP.is_file()

    steps = [python, Step("pulumi", lambda: pulumi_cli.ensure(tests, venv))]
    if tests or kubernetes:
        steps.append(Step("kubernetes", python_env.ensure_kubernetes))
    if tests:
        steps += [
            Step("crane", registry_clients.ensure_crane),
            Step("second client", lambda: registry_clients.ensure_second(apt)),
        ]
    if clients:
        steps += [
            Step("az", azure_cli.ensure),
            Step("credential provider", cluster_clients.ensure_credential_provider),
            Step("policy", python_env.ensure_policy),
        ]
    if kubernetes or clients:
        steps += [Step("control plane", control_plane.ensure), Step("kubectl", cluster_clients.ensure_kubectl)]
    if kubernetes and tests:
        steps.append(Step("external secrets", cluster_clients.ensure_generator))
    if clients or (kubernetes and tests):
        steps.append(Step("kubernetes plugin", kubernetes_plugin.ensure))
    return steps


if __name__ == "__main__":
    main()
