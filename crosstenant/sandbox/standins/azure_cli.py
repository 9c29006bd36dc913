"""Sign-in with the tokens of the Azure CLI, of the account that the command line selects.

azuread asks by tenant, in Cloud Shell without one, and so gets the current account: hashicorp/go-azure-sdk,
sdk/auth/azure_cli_authorizer.go. azure-native asks by subscription alone: pulumi/pulumi-azure-native,
provider/pkg/provider/auth_azidentity.go. Before that both ask the Azure CLI for its version and accounts, and these
stand-ins do not.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping

from crosstenant.sandbox.standins.clouds import Cloud
from crosstenant.sandbox.standins.http import Http
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import Credential, SignIn, SignInFailure

_COMMAND = ("account", "get-access-token", "--output", "json")


def azure_cli(settings: Settings) -> str | None:
    """The path of the Azure CLI, if it is on PATH."""
    return shutil.which("az", path=settings.environ.get("PATH", ""))


class CliSignIn(SignIn):
    """Tokens of the Azure CLI."""

    def __init__(
        self,
        http: Http,
        cloud: Cloud,
        credential: Credential,
        *,
        az: str,
        environ: Mapping[str, str],
        account: tuple[str, ...],
    ) -> None:
        """
        :param az: From ``azure_cli``.
        :param environ: The environment of the Azure CLI.
        :param account: The options that select the account: ``--tenant`` or ``--subscription``, and its value.
        """
        super().__init__(http, cloud, credential)
        self._az = az
        self._environ = dict(environ)
        self._account = account

    async def _request(self, scope: str) -> tuple[str, float]:
        process = await asyncio.create_subprocess_exec(
            self._az,
            *_COMMAND,
            "--resource",
            scope.removesuffix("/.default"),
            *self._account,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environ,
        )
        said, refusal = await process.communicate()
        if process.returncode:
            raise SignInFailure(refusal.decode(errors="replace").strip())
        found = json.loads(said)
        return str(found["accessToken"]), float(found["expires_on"])
