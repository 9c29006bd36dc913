"""Make a bare checkout ready for work: its Python environment in `.venv`, and Pulumi in `.tools/bin` if there is none.

    python3 tools/setup.py [--only python|pulumi]

Does nothing, at once and in silence, where everything is there already. The Makefile calls it before each target.
This file alone is also read by older Pythons, to tell them so: keep newer syntax out of it.
"""

import argparse
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
    from lib import python_env, toolchain
    from lib.progress import SetupError

    parser = argparse.ArgumentParser(description="Make a bare checkout ready for work.")
    parser.add_argument("--only", choices=["python", "pulumi"], help="set up this half alone")
    only = parser.parse_args().only
    try:
        if only != "pulumi":
            python_env.ensure()
        if only != "python":
            toolchain.ensure()
    except SetupError as error:
        sys.exit(f"setup: {error}")
    except KeyboardInterrupt:
        sys.exit("setup: interrupted; what was finished is kept, the rest is done at the next start")


if __name__ == "__main__":
    main()
