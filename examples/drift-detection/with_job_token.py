"""Runs a command of a GitHub Actions job with the job's ID token in a file: with_job_token.py COMMAND...

Both tenants sign in with the file. Its path is the same in every job of a runner, so that the stack's providers do not
change from one to the next, which would be a change for ``pulumi preview --expect-no-changes``. It is in the runner's
own temporary folder, in a folder that only this user may enter. A token lasts some minutes: it is fetched anew for as
long as the command runs, and a failure is repeated while the present token lasts. Signals go to the command; its exit
code is passed on, and the file is removed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

AUDIENCE = "api://AzureADTokenExchange"
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
OF_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
LIFETIME = 300.0  # of a token that does not say how long it lasts
LONGEST_WAIT = 180.0  # between two renewals
SHORTEST_WAIT = 1.0
RETRY_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
FIRST_ATTEMPTS = 4
ANSWER_LIMIT = 1 << 20


class TokenError(Exception):
    """No token came; the text names no token."""

    def __init__(self, text: str, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


class Token(NamedTuple):
    """A token, and the seconds that it lasts."""

    text: str
    lifetime: float


class NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the request token to another address; where it leads is not even read."""

    def http_error_302(self, *_: object) -> None:
        """Follows none, so that the answer is an error."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def fetch() -> Token:
    """A new ID token of this job."""
    url, credential = (os.environ.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}", "").strip() for name in ("URL", "TOKEN"))
    if not url or not credential:
        raise TokenError("the job does not have the permission `id-token: write`", final=True)
    malformed = TokenError("the job's variables ACTIONS_ID_TOKEN_REQUEST_* are malformed", final=True)
    text = url + credential
    if not (url.startswith(("https://", "http://")) and text.isascii() and text.isprintable() and " " not in url):
        raise malformed
    address = f"{url}{'&' if '?' in url else '?'}audience={quote(AUDIENCE, safe='')}"
    try:
        request = Request(address, headers={"Authorization": f"Bearer {credential}"})  # noqa: S310
    except ValueError:
        raise malformed from None
    try:
        with build_opener(NoRedirects).open(request, timeout=30) as answer:
            body = json.loads(answer.read(ANSWER_LIMIT))
    except HTTPError as error:
        error.close()
        raise TokenError(f"HTTP {error.code}", final=error.code < 500 and error.code not in (408, 429)) from None
    except (OSError, HTTPException) as error:
        raise TokenError(f"no answer ({type(error).__name__})") from None
    except (ValueError, RecursionError):
        raise TokenError("the answer is not JSON", final=True) from None
    token = body.get("value") if isinstance(body, dict) else None
    token = token.strip() if isinstance(token, str) else ""
    if not token or not (token.isascii() and token.isprintable()):
        raise TokenError("the answer has no token", final=True)
    return Token(token, lifetime(token))


def lifetime(token: str) -> float:
    """How long a token lasts, by its own claims: their difference, because the clocks may differ."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        seconds = float(claims["exp"]) - float(claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return LIFETIME  # what it claims is not read by anything else here, and must not end the renewal
    return seconds if 0 < seconds < 24 * 3600 else LIFETIME


def private_folder() -> Path:
    """The folder of the file, for this user alone; its path does not change from job to job."""
    above = os.environ.get("RUNNER_TEMP")
    folder = (Path(above) if above else Path.home() / ".cache") / "crosstenant-job-token"
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        # A job before this one was killed. What another user made, or may enter, is not used.
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise TokenError(
                f"{folder} is not a folder of this user alone (mode 0700); remove it", final=True
            ) from None
    return folder


class TokenFile:
    """The file with the present token, renewed until ``remove``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "token"
        self._over = threading.Event()
        self._writing = threading.Lock()
        self._ends = 0.0
        # Held until this process ends: a second one in this folder would remove the file of the first.
        self._folder = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TokenError(f"another with_job_token.py uses {folder}", final=True) from None
        for left_behind in folder.iterdir():
            left_behind.unlink()

    def write(self, token: Token) -> None:
        """Puts a token into the file, whole at once and for this user alone."""
        with self._writing:
            if self._over.is_set():
                return
            number, draft = tempfile.mkstemp(dir=self.path.parent)  # mode 0600
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(token.text)
            Path(draft).replace(self.path)
            self._ends = time.monotonic() + token.lifetime

    def first(self) -> float:
        """Fetches the first token, with a few attempts; the seconds until the renewal."""
        for attempt in range(FIRST_ATTEMPTS):
            try:
                token = fetch()
            except TokenError as error:
                if error.final or attempt == FIRST_ATTEMPTS - 1:
                    raise
                say(f"no ID token ({error}); next attempt in {RETRY_WAITS[attempt]:.0f} s")
                time.sleep(RETRY_WAITS[attempt])
                continue
            self.write(token)
            return until_renewal(token)
        raise AssertionError

    def renew(self, wait: float) -> None:
        """Renews the token until ``remove``, whatever fails: the command may have no more need of it."""
        failures = 0
        while not self._over.wait(wait):
            try:
                token = fetch()
                self.write(token)
                wait = until_renewal(token)
            except (TokenError, OSError) as error:
                wait = RETRY_WAITS[min(failures, len(RETRY_WAITS) - 1)]
                failures += 1
                left = self._ends - time.monotonic()
                present = f"the present one lasts {left:.0f} s more" if left > 0 else "the present one has ended"
                reason = error if isinstance(error, TokenError) else error.strerror
                say(f"the ID token was not renewed ({reason}); {present}; next attempt in {wait:.0f} s")
            else:
                if failures:
                    say("the ID token is renewed")
                failures = 0

    def remove(self) -> None:
        """Ends the renewal and removes the file with its folder."""
        self._over.set()
        with self._writing:
            # Whatever the command has made of the folder: its exit code counts.
            shutil.rmtree(self.path.parent, ignore_errors=True)
        if self.path.exists():
            say(f"{self.path} could not be removed")


class Command:
    """The command, in a process group of its own, so that each signal reaches it once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = False
        self._signalled: list[int] = []
        for number in FORWARDED:
            signal.signal(number, self._forward)

    def run(self, words: list[str], environ: dict[str, str]) -> int:
        """Runs the command to its end; its exit code, 128 and the signal's number if a signal ended it."""
        self._starting = True
        if self._signalled:
            return 128 + self._signalled[0]
        # A terminal gives its signals to the whole group by itself, and lets no other group read.
        apart = not sys.stdin.isatty()
        try:
            self._process = subprocess.Popen(words, env=environ, start_new_session=apart)
        except OSError as error:
            say(f"{words[0]} cannot be run: {error.strerror}")
            return 127 if isinstance(error, FileNotFoundError) else 126
        for number in list(self._signalled):
            self._send(number)
        code = self._process.wait()
        if self._signalled and apart:
            self._wait_for_group()
        return 128 - code if code < 0 else code

    def _forward(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._signalled.append(number)
        if self._process is not None:
            self._send(number)
        elif not self._starting:
            raise SystemExit(128 + number)

    def _send(self, number: int) -> None:
        assert self._process is not None
        if self._process.returncode is not None:
            return
        try:
            if os.getpgid(self._process.pid) == self._process.pid:
                os.killpg(self._process.pid, number)
            elif number not in OF_THE_TERMINAL:
                self._process.send_signal(number)
        except ProcessLookupError:
            pass

    def _wait_for_group(self) -> None:
        """A shell may end before the commands that it started: these still need the token to end well."""
        assert self._process is not None
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            try:
                os.killpg(self._process.pid, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.1)


def until_renewal(token: Token) -> float:
    """At half of the token's life."""
    return min(max(token.lifetime / 2, SHORTEST_WAIT), LONGEST_WAIT)


def say(text: str) -> None:
    """A line for the job's log."""
    print(f"with_job_token: {text}", file=sys.stderr, flush=True)


def main(words: list[str]) -> int:
    """Runs the command; its exit code, or 2 if there is no token to run it with."""
    if not words:
        say("usage: with_job_token.py COMMAND...")
        return 2
    command = Command()
    try:
        file = TokenFile(private_folder())
    except (TokenError, OSError) as error:
        say(f"no place for the ID token: {error}")
        return 2
    try:
        wait = file.first()
        threading.Thread(target=file.renew, args=(wait,), daemon=True).start()
        paths = {f"{side}_OIDC_TOKEN_FILE_PATH": str(file.path) for side in ("CLUSTER", "REGISTRY")}
        return command.run(words, {**os.environ, **paths})
    except TokenError as error:
        say(f"no ID token: {error}")
        return 2
    finally:
        file.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
