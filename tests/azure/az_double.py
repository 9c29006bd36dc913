"""An `az` that chooses the account as the Azure CLI does: Azure/azure-cli, azure/cli/core/_profile.py,
``Profile.get_subscription`` and ``Profile.get_raw_token``.

What it does not have: scopes, clouds. Its tokens name the tenant and the account.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

SCRIPT = """#!{python}
import base64, json, sys
from pathlib import Path

HERE = Path(__file__).parent
accounts = json.loads((HERE / "accounts.json").read_text())
with (HERE / "asked.txt").open("a") as asked:
    asked.write(" ".join(sys.argv[1:]) + "\\n")


def fail(message):
    sys.exit("ERROR: " + message)


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else ""


subscription, tenant = option("--subscription").lower(), option("--tenant")
if sys.argv[1:3] != ["account", "get-access-token"]:
    fail("unknown command")
if subscription and tenant:
    fail("Please specify only one of subscription and tenant, not both")
if not accounts:
    fail("Please run 'az login' to setup account.")
found = [it for it in accounts if (it["subscription"].lower() == subscription if subscription else it["current"])]
if not found:
    fail(f"Subscription '{{subscription}}' not found. Check the spelling and casing and try again.")
account = found[0]
if tenant and account["takes_no_tenant"]:
    fail("Tenant shouldn't be specified for managed identity account")
tenant = tenant or account["tenant"]
if tenant.lower() not in account["signs_in_to"]:
    if account["service_principal"]:
        fail(f"AADSTS700016: Application with identifier '{{account['name']}}' was not found in the directory.")
    fail(
        f"AADSTS50020: User account '{{account['name']}}' from identity provider 'https://sts.windows.net/"
        f"{{account['tenant']}}/' does not exist in tenant '{{tenant}}' and cannot access the application "
        "'04b07795-8ddb-461a-bbee-02f9e1bf7b46'(Microsoft Azure CLI) in that tenant. The account needs to be added as "
        "an external user in the tenant first."
    )


def part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


token = f"{{part({{'alg': 'none'}})}}.{{part({{'tid': tenant, 'upn': account['name']}})}}."
print(json.dumps({{"accessToken": token, "expires_on": 4102444800, "tenant": tenant, "tokenType": "Bearer"}}))
"""


@dataclass(frozen=True)
class Account:
    """One subscription in the list of the Azure CLI, with the account that sees it."""

    name: str
    subscription: str
    tenant: str
    """The tenant in which the account sees it."""
    current: bool = False
    service_principal: bool = False
    signs_in_to: tuple[str, ...] = ()
    """The tenants whose members or guests include the account."""
    takes_no_tenant: bool = False
    """Whether it is of a managed identity, or Cloud Shell's own."""


class AzDouble:
    """The `az` in a folder that belongs on PATH."""

    def __init__(self, folder: Path, *accounts: Account) -> None:
        self.folder = folder
        (folder / "az").write_text(SCRIPT.format(python=sys.executable))
        (folder / "az").chmod(0o755)
        (folder / "accounts.json").write_text(json.dumps([asdict(it) for it in accounts]))
        (folder / "asked.txt").touch()

    @property
    def asked(self) -> list[str]:
        """The command lines, without the command and the options that are always there."""
        lines = (self.folder / "asked.txt").read_text().splitlines()
        return [" ".join(line.split("--resource ", 1)[1].split(" ")[1:]) for line in lines]
