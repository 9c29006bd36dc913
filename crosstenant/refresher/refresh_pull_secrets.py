"""Renews the pull secrets of this cluster for registries of another tenant. Standard library, Python 3.9 or newer.

The service account's token is exchanged for a token of the registry tenant (Entra ID, federated identity credential),
that for a refresh token of each registry, and those are patched into the pull secrets. Nothing else is kept anywhere.

- https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow (third case)
- https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
- https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/

Environment: CROSSTENANT_CONFIG (config.json), CROSSTENANT_TOKEN_FILE (projected token for Entra ID),
CROSSTENANT_SERVICE_ACCOUNT (folder with ``token`` and ``ca.crt`` for the API server), KUBERNETES_SERVICE_HOST and
_PORT; HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE; CROSSTENANT_PATIENCE_SECONDS (for what a new chain meets until Azure has
spread it) and CROSSTENANT_OUTAGE_SECONDS (for servers that do not answer). With ``--check`` no secret is written.
Exit code: 0 done; 1 a later run may succeed; 2 someone must change something first.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar, cast

Json = dict[str, Any]
T = TypeVar("T")

USER = "00000000-0000-0000-0000-000000000000"  # "the password is a token": AAD-OAuth.md
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
LATEST = 253_402_300_800  # the year 10000, which no timestamp of Kubernetes reaches
PAUSES = (1, 2, 5, 10, 20, 30)
REPAIR = "'pulumi up --refresh' makes it again where a stack manages it"

_secrets: list[str] = []


class Failure(Exception):
    """A sentence for the operator, and whether another attempt makes sense."""

    def __init__(self, sentence: str, spreads: float = 0, outage: bool = False, retry_after: float = 0) -> None:
        super().__init__(clean(sentence))
        self.spreads = spreads  # seconds that it may take until what was just set up counts
        self.outage = outage
        self.retry_after = retry_after


class Patience:
    """For how long failures are repeated."""

    def __init__(self) -> None:
        self.spreading = float(os.environ.get("CROSSTENANT_PATIENCE_SECONDS", "0"))
        self.outage = float(os.environ.get("CROSSTENANT_OUTAGE_SECONDS", "60"))
        self.end = time.monotonic() + max(self.spreading, self.outage)

    def until(self, start: float, failure: Failure) -> float:
        """When the last attempt may begin, after a first one at ``start``."""
        seconds = self.outage if failure.outage else min(failure.spreads, self.spreading)
        return min(self.end, start + seconds)


def clean(text: str) -> str:
    """The text on one line, without any credential, and with what a terminal would obey as its escape."""
    for secret in _secrets:
        pair = base64.b64encode(f"{USER}:{secret}".encode()).decode()
        for form in (secret, urllib.parse.quote(secret, safe=""), pair, pair.rstrip("=")):
            text = text.replace(form, "(token)")
    text = re.sub(r"eyJ[\w-]{5,}[\w.~+/=-]*", "(token)", text)
    text = re.sub(r"(?i)\b(bearer|basic)\s+(?=\S*\d)[\w.~+/-]{12,}=*", r"\1 (token)", text)
    line = " ".join(re.sub(r"(?<=://)[^\s/?#]+@", "(user)@", text).split())
    return "".join(it if it.isprintable() else it.encode("unicode_escape").decode() for it in line)


def begun(text: str, length: int = 200) -> str:
    """The beginning of what another program wrote. A token that was cut off could be recognised no longer."""
    return clean(text)[:length]


def say(text: str) -> None:
    """Prints a line of the log."""
    print(clean(text), flush=True)


def keep_secret(token: object, source: str) -> str:
    """A token, which no message will show from now on."""
    if not isinstance(token, str) or not re.fullmatch(r"[\w.~+/=-]+", token, re.ASCII):
        raise Failure(f"{source} answered without a token where one was due", outage=True)
    _secrets.append(token)
    return token


def claims_of(token: str) -> Json:
    """What a token says of itself, not verified; nothing for one that is not a JWT."""
    try:
        part = token.split(".")[1]
        return parsed(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError):
        return {}


def moment(claims: Json, name: str) -> float:
    """A time that a token claims, in seconds; 0 where it claims none. Anyone may have written an old pull secret."""
    found = claims.get(name)
    return float(found) if isinstance(found, (int, float)) and 0 < found < LATEST else 0.0


def parsed(text: str | bytes) -> Json:
    """The object of a JSON text; an empty one in place of anything else."""
    try:
        return mapping(json.loads(text))
    except (ValueError, RecursionError):  # the latter where it is nested without end
        return {}


def mapping(found: object) -> Json:
    """A document; an empty one in place of anything else."""
    return cast("Json", found) if isinstance(found, dict) else {}


def sequence(found: object) -> list[Any]:
    """A list; an empty one in place of anything else."""
    return cast("list[Any]", found) if isinstance(found, list) else []


def utc(seconds: float) -> str:
    """A time in the form of Kubernetes."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, and does not read where it leads: a token goes to the host that it is for."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> None:
        """No new request."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class Answer:
    """An answer of a server."""

    def __init__(self, status: int, headers: Any, content: bytes) -> None:
        self.status = status
        self.text = content.decode(errors="replace")
        wait = str(headers.get("Retry-After", ""))
        self.retry_after = float(wait) if wait.isdecimal() else 0.0
        self.json = parsed(self.text)


class Host:
    """A server that is asked over https only."""

    def __init__(self, name: str, context: ssl.SSLContext | None = None) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?", name):
            raise Failure(f"'{name}' is not a host name: correct config.json")
        self.name = name
        handler = urllib.request.HTTPSHandler(context=context or ssl.create_default_context())
        self._opener = urllib.request.build_opener(NoRedirect(), handler)

    def ask(self, method: str, path: str, content: bytes | None = None, **headers: str) -> Answer:
        """Sends a request; raises a failure where nothing was heard, or "not now"."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"https://{self.name}{path}", content, names, method=method)
        try:
            with self._opener.open(request, timeout=20) as response:
                answer = Answer(response.status, response.headers, response.read(1 << 20))
        except urllib.error.HTTPError as error:
            with error:
                answer = Answer(error.code, error.headers, error.read(1 << 20))
        except (OSError, http.client.HTTPException, UnicodeError) as error:  # the last for a label of over 63 letters
            reason = getattr(error, "reason", error)
            raise Failure(
                f"{self.name} cannot be reached from this cluster ({type(reason).__name__}: {begun(str(reason), 150)})"
                "; check DNS, egress firewall, proxy and private endpoints",
                outage=True,
            ) from None
        if answer.status == 429 or answer.status >= 500:
            raise Failure(f"{self.name} answered {answer.status} (busy); try later", 0, True, answer.retry_after)
        return answer

    def post(self, path: str, **form: str) -> Answer:
        """Sends a form."""
        content = urllib.parse.urlencode(form).encode()
        return self.ask("POST", path, content, Content_Type="application/x-www-form-urlencoded")


def repeated(action: Callable[[], T], patience: Patience) -> T:
    """Repeats what fails for the moment."""
    start, attempt = time.monotonic(), 0
    while True:
        try:
            return action()
        except Failure as failure:
            pause = max(failure.retry_after, PAUSES[min(attempt, len(PAUSES) - 1)])
            if time.monotonic() + pause > patience.until(start, failure):
                raise
            say(f"again in {pause:.0f} s: {failure}")
            time.sleep(pause)
            attempt += 1


def entra_token(config: Json, token_file: Path) -> str:
    """A token of the registry tenant for its registries."""
    tenant, client = config["tenantId"], config["clientId"]
    scheme, _, authority = str(config["authority"]).rstrip("/").partition("://")
    if scheme != "https":
        raise Failure("'authority' must begin with https://: correct config.json")
    assertion = keep_secret(token_file.read_text().strip(), str(token_file))  # read each time: kubelet renews it
    answer = Host(authority).post(
        f"/{urllib.parse.quote(tenant)}/oauth2/v2.0/token",
        grant_type="client_credentials",
        client_id=client,
        scope=config["scope"],
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=assertion,
    )
    if answer.status == 200:
        return keep_secret(answer.json.get("access_token"), authority)
    text = str(answer.json.get("error_description", ""))
    found = re.search(r"AADSTS(\d+)", text)
    code, claims = found[1] if found else "", claims_of(assertion)
    sentence, spreads = {
        "70021": ("it trusts no credential with this cluster's issuer, subject and audience", 600),
        "700211": (f"it trusts no issuer '{claims.get('iss')}'", 600),
        "700212": (f"it trusts no audience {claims.get('aud')}", 600),
        "700213": (f"it trusts no subject '{claims.get('sub')}'", 600),
        "7002138": (f"it trusts no subject '{claims.get('sub')}' in letters of this case", 600),
    }.get(code, ("", 0))
    if sentence:
        sentence = f"identity {client} has no such federated credential: {sentence}; {REPAIR}"
    else:
        sentence, spreads = {
            "700016": (f"tenant {tenant} has no identity {client}: usually tenantId is the cluster tenant's ID", 60),
            "700024": ("the service account's token has expired, or this node's clock is wrong", 0),
            "700027": ("the issuer's published keys do not fit the token: was the cluster rebuilt?", 0),
            "90002": (f"there is no tenant {tenant}: correct tenantId", 0),
            "53003": (f"a Conditional Access policy of tenant {tenant} blocks identity {client}", 0),
        }.get(code, (begun(text.split("Trace ID")[0]) or f"it answered {answer.status}", 0))
    raise Failure(
        f"Entra ID ({authority}) refuses the sign-in: {sentence} ({'AADSTS' + code if code else answer.status})",
        spreads,
    )


def said(answer: Answer) -> str:
    """What a registry says of a refusal: code and message."""
    first = mapping((sequence(answer.json.get("errors")) or [None])[0])
    return begun(f"{answer.status} {first.get('code', '')} {first.get('message', '')}")


def missing_role(server: str, client: str, step: str, detail: str) -> Failure:
    """The refusal of an identity without its role; a new role assignment takes up to ten minutes."""
    return Failure(
        f"registry {server} refuses identity {client} {step}: it needs AcrPull there, in ABAC mode Container Registry "
        f"Repository Reader, and the assignment counts after up to ten minutes; {REPAIR} ({detail})",
        600,
    )


def exchanged(config: Json, server: str, token: str) -> str:
    """A refresh token of a registry."""
    answer = Host(server).post(
        "/oauth2/exchange", grant_type="access_token", service=server, tenant=config["tenantId"], access_token=token
    )
    if answer.status == 200:
        return keep_secret(answer.json.get("refresh_token"), server)
    if answer.status == 401 or (answer.status == 403 and "not allowed access" not in answer.text and answer.json):
        raise missing_role(server, config["clientId"], "at the token exchange", said(answer))
    if answer.status == 403:
        raise Failure(
            f"registry {server} blocks this cluster's address at the token exchange: its network rules must allow the "
            f"cluster's egress address, or the cluster needs a private endpoint ({said(answer)})"
        )
    raise Failure(f"{server} does not answer as a container registry at the token exchange ({said(answer)})")


def prove(config: Json, registry: Json, refresh_token: str) -> str:
    """Reads the manifest that the configuration names, as a pull does; says what was proved."""
    server, repository, reference = registry["loginServer"], registry.get("repository"), registry.get("reference")
    if registry["mode"] == "skip" or not repository:
        return "no pull proved"
    host, client = Host(server), config["clientId"]
    scope = f"repository:{repository}:pull"
    answer = host.post(
        "/oauth2/token", grant_type="refresh_token", service=server, scope=scope, refresh_token=refresh_token
    )
    if answer.status in (401, 403):
        raise missing_role(server, client, f"at the token for '{repository}'", said(answer))
    if answer.status != 200:
        raise Failure(f"{server} does not answer as a container registry at the token ({said(answer)})")
    token = keep_secret(answer.json.get("access_token"), server)
    access = [mapping(it) for it in sequence(claims_of(token).get("access"))]
    granted = {str(it) for entry in access if entry.get("name") == repository for it in sequence(entry.get("actions"))}
    if "access" in claims_of(token) and not granted & {"pull", "*"}:
        raise missing_role(server, client, f"at the token for '{repository}'", "it grants no pull")
    if not reference:
        return f"pull of '{repository}' granted"
    path = f"/v2/{urllib.parse.quote(repository)}/manifests/{urllib.parse.quote(reference, safe=':')}"
    answer = host.ask("HEAD", path, Authorization=f"Bearer {token}", Accept=MANIFESTS)
    if answer.status in (401, 403):
        raise missing_role(server, client, f"at the manifest of '{repository}'", str(answer.status))
    if answer.status not in (200, 404):
        raise Failure(f"{server} does not answer as a container registry at the manifest ({answer.status})")
    if answer.status == 404:
        raise Failure(
            f"registry {server} has no '{reference}' of repository '{repository}': push it first, or name another "
            f"image ({answer.status})"
        )
    return f"manifest of '{repository}' ('{reference}') read"


class Cluster:
    """The API server, with the service account's own token."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        # Python 3.13 asks of a root what roots of clusters do not have: kubernetes-client/python #2394.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        name = os.environ["KUBERNETES_SERVICE_HOST"]
        name = f"[{name}]" if ":" in name else name
        self._host = Host(f"{name}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}", context)

    def read(self, secret: Json) -> Json | None:
        """A pull secret; ``None`` if there is none."""
        answer = self._ask("GET", secret)
        if answer.status == 404:
            return None
        if answer.status == 200 and answer.json.get("type") != "kubernetes.io/dockerconfigjson":
            raise Failure(
                f"secret {label(secret)} is of type '{answer.json.get('type')}', not a pull secret: delete it"
            )
        return self._accepted(answer, "get", secret).json

    def write(self, secret: Json, content: Json, *, create: bool) -> None:
        """Patches a pull secret in place: the kubelet counts one with another uid as another secret (KEP-2535)."""
        if not create:
            answer = self._ask("PATCH", secret, content, "application/strategic-merge-patch+json")
            self._accepted(answer, "patch", secret)
            return
        annotations = {name: text for name, text in content["metadata"]["annotations"].items() if text is not None}
        labels = {"app.kubernetes.io/managed-by": "crosstenant"}
        metadata = {"name": secret["name"], "annotations": annotations, "labels": labels}
        kind = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson"}
        answer = self._ask("PATCH", secret, {**kind, **content, "metadata": metadata}, "application/apply-patch+yaml")
        if answer.status == 403:
            raise Failure(f"secret {label(secret)} does not exist, and the refresher may not create it; {REPAIR}", 60)
        self._accepted(answer, "create", secret)

    def _ask(self, method: str, secret: Json, content: Json | None = None, form: str = "") -> Answer:
        token = keep_secret((self._folder / "token").read_text().strip(), "the service account's folder")
        path = f"/api/v1/namespaces/{secret['namespace']}/secrets/{secret['name']}"
        if method == "GET":
            return self._host.ask(method, path, Authorization=f"Bearer {token}")
        path += "?fieldManager=crosstenant-refresher" + ("&force=true" if "apply" in form else "")
        content_text = json.dumps(content).encode()
        return self._host.ask(method, path, content_text, Authorization=f"Bearer {token}", Content_Type=form)

    def _accepted(self, answer: Answer, verb: str, secret: Json) -> Answer:
        if answer.status in (200, 201):
            return answer
        message = begun(str(answer.json.get("message", "")))
        if answer.status == 403:
            raise Failure(
                f"the API server refuses to '{verb}' secret {label(secret)}: its Role or RoleBinding there is missing; "
                f"{REPAIR} ({message})",
                30,
            )
        raise Failure(f"the API server answered {answer.status} to '{verb}' of secret {label(secret)} ({message})", 30)


def label(secret: Json) -> str:
    """A secret's namespace and name."""
    return f"{secret['namespace']}/{secret['name']}"


def entry_of(token: str) -> Json:
    """A registry's entry in a pull secret."""
    return {"username": USER, "password": token, "auth": base64.b64encode(f"{USER}:{token}".encode()).decode()}


class Renewal:
    """The entries of the registries that were renewed, and the failures of the others."""

    def __init__(self) -> None:
        self.tokens: Json = {}
        self.failures: list[Failure] = []


def renew(config: Json, token_file: Path, patience: Patience) -> Renewal:
    """Renews the token of every registry; one that fails does not keep the others from it."""
    renewal = Renewal()
    try:
        token = repeated(lambda: entra_token(config, token_file), patience)
    except Failure as failure:
        renewal.failures.append(failure)
        return renewal
    for registry in config["registries"]:
        server = registry["loginServer"]
        try:
            renewed = repeated(lambda: exchanged(config, server, token), patience)  # noqa: B023 - called at once
            renewal.tokens[server] = renewed
            claims = claims_of(renewed)
            lifetime = int(moment(claims, "exp") - moment(claims, "iat"))
            if lifetime < 2 * config["periodSeconds"]:
                say(f"warning: the token of {server} is valid for {lifetime} s, less than two periods: run more often")
            proof = repeated(lambda: prove(config, registry, renewed), patience)  # noqa: B023
            say(f"registry {server}: renewed, {proof}")
        except Failure as failure:
            if registry["mode"] == "warn" and server in renewal.tokens:
                say(f"warning: {failure}")
            else:
                renewal.failures.append(failure)
    return renewal


def deliver(config: Json, renewal: Renewal, cluster: Cluster, patience: Patience) -> None:
    """Writes every pull secret; adds what fails to the renewal's failures."""
    failed = "; ".join(str(it) for it in renewal.failures)
    for secret in config["secrets"]:
        try:
            found = repeated(lambda: cluster.read(secret), patience)  # noqa: B023 - called at once
            content = pull_secret(config, renewal.tokens, found or {}, failed)
            repeated(lambda: cluster.write(secret, content, create=found is None), patience)  # noqa: B023
            expiry = content["metadata"]["annotations"][EXPIRES]
            say(f"secret {label(secret)}: written, " + (f"valid until {expiry}" if expiry else "without a valid token"))
        except Failure as failure:
            renewal.failures.append(failure)


EXPIRES, SUCCESS, ERROR = (f"crosstenant.io/{it}" for it in ("expires-at", "last-success", "last-error"))


def pull_secret(config: Json, tokens: Json, found: Json, failed: str) -> Json:
    """The new content of a pull secret: an old entry stays while it is valid and its registry has no new one."""
    try:
        old = mapping(parsed(base64.b64decode(found["data"][".dockerconfigjson"])).get("auths"))
    except (KeyError, TypeError, ValueError):
        old = {}
    entries: Json = {}
    for server in (it["loginServer"] for it in config["registries"]):
        kept = str(mapping(old.get(server)).get("password", ""))
        if server in tokens:
            entries[server] = entry_of(tokens[server])
        elif moment(claims_of(kept), "exp") > time.time():
            entries[server] = entry_of(keep_secret(kept, "the pull secret"))
    claims = [claims_of(it["password"]) for it in entries.values()]
    expiry = min((it for it in (moment(one, "exp") for one in claims) if it), default=None)
    annotations: Json = {EXPIRES: utc(expiry) if expiry else None, ERROR: failed[:1000] or None}
    if not failed:
        # The registry's clock, like the expiry.
        annotations[SUCCESS] = utc(max((moment(it, "iat") for it in claims), default=0) or time.time())
    data = base64.b64encode(json.dumps({"auths": entries}, sort_keys=True).encode()).decode()
    return {"metadata": {"annotations": annotations}, "data": {".dockerconfigjson": data}}


def main() -> int:
    """Renews, proves, delivers; the last line says what failed."""
    patience = Patience()
    config = json.loads(Path(os.environ["CROSSTENANT_CONFIG"]).read_text())
    renewal = renew(config, Path(os.environ["CROSSTENANT_TOKEN_FILE"]), patience)
    if "--check" not in sys.argv[1:]:
        deliver(config, renewal, Cluster(Path(os.environ["CROSSTENANT_SERVICE_ACCOUNT"])), patience)
    if not renewal.failures:
        return 0
    print("; ".join(str(it) for it in renewal.failures), file=sys.stderr, flush=True)
    return 1 if any(it.spreads or it.outage for it in renewal.failures) else 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(failure, file=sys.stderr)
    except Exception as error:  # A traceback may hold a token.
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        line = where.tb_lineno if where else 0
        print(
            f"the refresher stopped: {type(error).__name__} at line {line}: check its ConfigMap and environment",
            file=sys.stderr,
        )
    sys.exit(2)
