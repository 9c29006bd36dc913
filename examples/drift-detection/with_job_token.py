"""Runs a command of a GitHub Actions job with the job's ID token in a file: with_job_token.py COMMAND...

Both tenants sign in with the file. Its path is the same in every job, so that the stack's providers do not change from
one to the next, which would be a change for ``pulumi preview --expect-no-changes``. A token lasts some minutes: it is
fetched anew for as long as the command runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import Request, urlopen

TOKEN_FILE = Path("/tmp/crosstenant-job-token")  # noqa: S108
AUDIENCE = "api://AzureADTokenExchange"
SECONDS_BETWEEN = 180


def fetch() -> None:
    """Puts a new token into the file, which only its owner may read."""
    url = f"{os.environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={AUDIENCE}"
    asked = Request(url, headers={"Authorization": f"Bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"})  # noqa: S310
    with urlopen(asked, timeout=30) as answer:  # noqa: S310
        token = json.load(answer)["value"]
    draft = TOKEN_FILE.with_suffix(".new")
    with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="utf-8") as file:
        file.write(token)
    draft.replace(TOKEN_FILE)


def main() -> int:
    """Runs the command; its exit code."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(SECONDS_BETWEEN):
            fetch()

    fetch()
    threading.Thread(target=renew, daemon=True).start()
    sides = {f"{side}_OIDC_TOKEN_FILE_PATH": str(TOKEN_FILE) for side in ("CLUSTER", "REGISTRY")}
    try:
        return subprocess.call(sys.argv[1:], env={**os.environ, **sides})
    finally:
        over.set()
        TOKEN_FILE.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
