"""A client of the OCI Distribution API: what is in a registry, by digests that are computed here.

Sources: OCI distribution-spec 1.1 (end-1 … end-8, pagination by Link), the token authentication of distribution, and
the manifest types of OCI image-spec and Docker schema 2.

Answers become `Stop`s: Blocked NEEDS_LOGIN, PERMISSION; Failed NOT_IN_REGISTRY, DIGEST_DIFFERS; Errored UNREACHABLE,
TIMEOUT, BAD_ANSWER (retryable where the same question may be answered a moment later).
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from executor.errors import Blocked, Errored, Failed, Refused, Stop
from executor.reasons import ReasonCode
from executor.tools import http
from executor.tools.credentials import Login, NoLogin, login_for
from executor.tools.hosts import is_loopback, never_asked
from executor.values import dataclass, field

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_INDEXES = (OCI_INDEX, DOCKER_LIST)
_MANIFESTS = (OCI_MANIFEST, DOCKER_MANIFEST)
ACCEPT = ", ".join((*_INDEXES, *_MANIFESTS))
"""All of them in one header: registry 2.8 answers a converted manifest, with another digest, to who asks for less."""

_HUB = "registry-1.docker.io"
_PAGE = 1000
_MAX_PAGES = 1000
_MAX_REDIRECTS = 5
_QUOTED = 200
_CERTIFICATES = Path("/etc/docker/certs.d")


_IMAGE_CONFIGS = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index as the registry sent it. `digest` is the sha256 of `body`, computed here."""

    image: str
    reference: str
    digest: str
    media_type: str
    body: bytes = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    @property
    def is_index(self) -> bool:
        return self.media_type in _INDEXES

    @property
    def config_digest(self) -> str | None:
        """The digest of the image's configuration, which is the image id of engines with a classic store."""
        config = self.document.get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        return digest if isinstance(digest, str) else None

    @property
    def artifact_type(self) -> str | None:
        """What it is, if it says that it is no container image (a Helm chart, a signature …): the OCI image
        specification has the type of an artifact in `artifactType`, else in the media type of its configuration."""
        config = self.document.get("config")
        of_config = config.get("mediaType") if isinstance(config, dict) else None
        said = self.document.get("artifactType") or of_config
        return said if isinstance(said, str) and not self.is_index and said not in _IMAGE_CONFIGS else None

    @property
    def size(self) -> int:
        """Bytes of configuration and layers as they are stored (of an index: of its manifests)."""
        parts = [self.document.get("config"), *self._list("layers"), *self._list("manifests")]
        return sum(each["size"] for each in parts if isinstance(each, dict) and isinstance(each.get("size"), int))

    @property
    def children(self) -> tuple[str, ...]:
        """The digests of the manifests of an index."""
        # what is no descriptor has no digest under which anything could be found
        return tuple(str(each.get("digest") if isinstance(each, dict) else each) for each in self._list("manifests"))

    @property
    def platforms(self) -> tuple[str, ...]:
        found = [each.get("platform") for each in self._list("manifests") if isinstance(each, dict)]
        parts = [[each.get(key) for key in ("os", "architecture", "variant")] for each in found if each]
        return tuple("/".join(str(part) for part in each if part) for each in parts)

    def _list(self, key: str) -> list[Any]:
        found = self.document.get(key)
        return found if isinstance(found, list) else []


@dataclass
class Registry:
    """One registry. `host` may have a port; `plain_http` allows http to a host that is not loopback (loopback is always
    allowed it); `ca` is a PEM file; `timeout` seconds bound each question with all its redirects and logins.
    `on_call` is told `METHOD path (host)`, the status (None: no answer), the seconds and the answer's body, of whatever
    was asked."""

    host: str
    ca: Path | None = None
    plain_http: bool = False
    timeout: float = 30.0
    on_call: Callable[[str, int | None, float, bytes], None] = lambda command, status, seconds, body: None
    _scheme: str | None = None
    _authorization: dict[str, str] = field(default_factory=dict, repr=False)

    def ping(self) -> None:
        """`/v2/` answers as a registry does."""
        answer = self._get("/v2/", "pull")
        if answer.status != 200:
            raise self._refusal(answer, "/v2/")
        if "docker-distribution-api-version" not in answer.headers and not isinstance(_json(answer.body), dict):
            raise self._bad("answers at /v2/, but not as a registry does", answer)

    def manifest(self, image: str, reference: str) -> Manifest:
        """The manifest of a tag or digest. Raises Failed NOT_IN_REGISTRY where there is none."""
        found = self.find(image, reference)
        if found is None:
            raise Failed(
                ReasonCode.NOT_IN_REGISTRY,
                f"{self.host} has no {name_of(image, reference)}; push it first",
                retryable=True,
            )
        return found

    def find(self, image: str, reference: str) -> Manifest | None:
        """The manifest of a tag or digest, or None where the registry says that there is none."""
        path = f"/v2/{self._repository(image)}/manifests/{reference}"
        answer = self._get(path, "pull", image, accept=ACCEPT)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refusal(answer, path)
        return self._checked(image, reference, answer)

    def blob(self, image: str, digest: str) -> bytes:
        """A blob's bytes, such as an image's configuration, digested here. Raises Failed where it is not there."""
        path = f"/v2/{self._repository(image)}/blobs/{digest}"
        answer = self._get(path, "pull", image)
        if answer.status == 404:
            raise Failed(ReasonCode.NOT_IN_REGISTRY, f"{self.host} has no blob {digest} of {image}; push it again")
        if answer.status != 200:
            raise self._refusal(answer, path)
        if digest_of(answer.body, digest.partition(":")[0]) != digest:
            raise Failed(ReasonCode.DIGEST_DIFFERS, f"{self.host} returns something else for {digest} of {image}")
        return answer.body

    def tags(self, image: str) -> tuple[str, ...]:
        """All tags of an image, over all pages. Raises Failed NOT_IN_REGISTRY for an image that is not there."""
        path = f"/v2/{self._repository(image)}/tags/list"
        return self._pages(path, "tags", image, missing=f"{self.host} has no image {image}; push it first")

    def catalog(self) -> tuple[str, ...]:
        """All repositories. Raises Blocked NOT_SUPPORTED where the registry keeps no catalog (the public ones)."""
        try:
            return self._pages("/v2/_catalog", "repositories", None, missing=None)
        except _NoSuchList:
            raise Blocked(
                ReasonCode.NOT_SUPPORTED, f"{self.host} keeps no catalog; name the image and its tag instead"
            ) from None

    # Asking

    def _repository(self, image: str) -> str:
        return f"library/{image}" if self._is_hub and "/" not in image else image

    @property
    def _is_hub(self) -> bool:
        return self.host in ("docker.io", "index.docker.io", _HUB)

    @property
    def _address(self) -> str:
        return _HUB if self._is_hub else self.host

    def _pages(self, path: str, key: str, image: str | None, *, missing: str | None) -> tuple[str, ...]:
        found: list[str] = []
        url: str | None = f"{path}?n={_PAGE}"
        seen: set[str] = set()
        while url is not None:
            if url in seen or len(seen) >= _MAX_PAGES:
                raise Errored(ReasonCode.BAD_ANSWER, f"{self.host}: the pages of {path} do not end")
            seen.add(url)
            answer = self._get(url, "pull", image, catalog=image is None)
            if answer.status == 404:
                raise _NoSuchList() if missing is None else Failed(
                    ReasonCode.NOT_IN_REGISTRY, missing, retryable=True
                )  # fmt: skip
            if answer.status != 200:
                raise self._refusal(answer, path)
            found += self._names(answer, key)
            url = _next_page(answer)
        return tuple(found)

    def _names(self, answer: http.Answer, key: str) -> list[str]:
        document = _json(answer.body)
        names = document.get(key, _ABSENT) if isinstance(document, dict) else _ABSENT
        if names is None:  # a repository whose tags were all deleted
            return []
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise self._bad(f'answered no JSON with a list "{key}"', answer)
        return names

    def _checked(self, image: str, reference: str, answer: http.Answer) -> Manifest:
        document = _json(answer.body)
        if not isinstance(document, dict):
            raise self._bad(f"answered something else than a manifest for {name_of(image, reference)}", answer)
        digest = digest_of(answer.body)
        said = answer.headers.get("docker-content-digest")
        if said is not None and said != digest_of(answer.body, said.partition(":")[0]):
            raise Errored(
                ReasonCode.BAD_ANSWER,
                f"{self.host} says that {name_of(image, reference)} is {said}, but what it sent is {digest}",
                retryable=True,
            )
        if ":" in reference and reference != digest_of(answer.body, reference.partition(":")[0]):
            raise Failed(
                ReasonCode.DIGEST_DIFFERS, f"{self.host} answered {digest} to a question for {image}@{reference}"
            )
        return Manifest(image, reference, digest, self._media_type(document, answer), answer.body, document)

    def _media_type(self, document: Mapping[str, Any], answer: http.Answer) -> str:
        header = answer.headers.get("content-type", "").partition(";")[0].strip()
        inside = document.get("mediaType")
        found = inside if isinstance(inside, str) else header
        if found not in (*_INDEXES, *_MANIFESTS):
            raise self._bad(f"answered a manifest of a type that is not known: {found or 'none'}", answer)
        return found

    # One question, with redirects and logins

    def _get(
        self,
        path: str,
        actions: str,
        image: str | None = None,
        *,
        accept: str = "application/json",
        catalog: bool = False,
    ) -> http.Answer:
        """The answer to a GET, whatever its status, except 401 which is answered with a login first."""
        deadline = time.monotonic() + self.timeout
        scope = "registry:catalog:*" if catalog else f"repository:{self._repository(image)}:{actions}" if image else ""
        headers = {"Accept": accept}
        if scope in self._authorization:
            headers["Authorization"] = self._authorization[scope]
        answer = self._follow(path, headers, deadline)
        if answer.status != 401:
            return answer
        login = self._login()
        authorization = self._log_in(answer, scope, login, deadline)
        answer = self._follow(path, {"Accept": accept, "Authorization": authorization}, deadline)
        if answer.status == 401:
            raise self._needs_login(_NOT_ACCEPTED[login is not None] + _said(answer))
        self._authorization[scope] = authorization
        return answer

    def _follow(self, path: str, headers: Mapping[str, str], deadline: float) -> http.Answer:
        answer = self._first(path, headers, deadline)
        for _ in range(_MAX_REDIRECTS):
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            there = self._joined(answer.url, target)
            answer = self._ask("GET", there, self._for_target(answer.url, there, headers), deadline)
        raise Errored(ReasonCode.BAD_ANSWER, f"{self.host}: more than {_MAX_REDIRECTS} redirects for {path}")

    def _for_target(self, here: str, there: str, headers: Mapping[str, str]) -> dict[str, str]:
        """A login goes to nobody but the one that asked for it, and never from TLS to plain text."""
        old, new = urlsplit(here), urlsplit(there)
        if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme == "http"):
            raise Errored(ReasonCode.BAD_ANSWER, f"{self.host} redirects to {there[:_QUOTED]}, which is not followed")
        same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
        return {name: value for name, value in headers.items() if same or name != "Authorization"}

    def _joined(self, base: str, target: str) -> str:
        """Where a registry sends us. Raises Errored BAD_ANSWER where that is no address."""
        try:
            there = urljoin(base, target)
            _ = urlsplit(there).port
        except ValueError:
            shown = "".join(character for character in target if character.isprintable())[:_QUOTED]
            raise Errored(ReasonCode.BAD_ANSWER, f"{self.host} sends us to {shown}, which is no address") from None
        return there

    @property
    def _base(self) -> str:
        return f"{self._scheme or ('http' if self._may_be_plain else 'https')}://{self._address}"

    @property
    def _may_be_plain(self) -> bool:
        return self.plain_http or is_loopback(urlsplit(f"//{self._address}").hostname or "")

    def _first(self, path: str, headers: Mapping[str, str], deadline: float) -> http.Answer:
        """A loopback registry may speak TLS all the same: servers say so, in their several ways, to plain http."""
        if self._scheme is not None or self.plain_http or not self._may_be_plain:
            return self._ask("GET", self._base + path, headers, deadline)
        plain: http.Answer | Errored
        try:
            plain = self._ask("GET", f"http://{self._address}{path}", headers, deadline)
        except _NotPlain as error:
            plain = error
        if isinstance(plain, http.Answer) and (plain.status != 400 or b"HTTPS" not in plain.body):
            self._scheme = "http"
            return plain
        return self._over_tls(path, headers, deadline, plain)

    def _over_tls(
        self, path: str, headers: Mapping[str, str], deadline: float, plain: http.Answer | Errored
    ) -> http.Answer:
        try:
            answer = self._ask("GET", f"https://{self._address}{path}", headers, deadline)
        except _NoTls:
            if isinstance(plain, Errored):
                raise plain from None
            return plain
        self._scheme = "https"
        return answer

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], deadline: float, body: bytes | None = None
    ) -> http.Answer:
        began = time.monotonic()
        status: int | None = None
        said = b""
        parts = urlsplit(url)
        never = never_asked(parts.netloc.rpartition("@")[2])
        if never is not None:  # whoever names it: a criterion, or a registry that redirects
            raise Refused(ReasonCode.FORBIDDEN, never if parts.netloc == self._address else f"{self.host}: {never}")
        try:
            answer = http.request(method, url, headers=headers, deadline=deadline, body=body, ca=self._trusted())
            status, said = answer.status, answer.body
        except (http.HttpTimeout, http.HttpUnreachable, http.HttpBroken) as error:
            raise self._no_answer(error, parts.netloc, parts.scheme) from None
        finally:
            self.on_call(f"{method} {parts.path} ({parts.netloc})", status, time.monotonic() - began, said)
        return answer

    def _trusted(self) -> Path | None:
        """The configured CA, else the one that the engine would use (docker's certs.d)."""
        if self.ca is None:
            beside = _CERTIFICATES / self._address / "ca.crt"
            return beside if beside.is_file() else None
        if not self.ca.is_file():
            raise Blocked(ReasonCode.NOT_FOUND, f"executor.toml: registry.ca names {self.ca}, which is no file")
        return self.ca

    # Logging in

    def _log_in(self, answer: http.Answer, scope: str, login: Login | None, deadline: float) -> str:
        """An Authorization header for what a 401 asks for. Raises Blocked NEEDS_LOGIN."""
        challenges = _challenges(answer.headers.get("www-authenticate", ""))
        if "bearer" in challenges:
            return self._token(challenges["bearer"], scope, login, deadline)
        if "basic" in challenges and login is not None and login.user:
            self._may_send_secrets(f"{urlsplit(answer.url).scheme}://{self._address}")
            return login.basic
        raise self._needs_login(_NOT_ACCEPTED[False])

    def _login(self) -> Login | None:
        try:
            return login_for(self.host)
        except NoLogin as error:
            raise self._needs_login(f"it wants a login, and {error}") from None

    def _token(self, challenge: Mapping[str, str], scope: str, login: Login | None, deadline: float) -> str:
        realm = self._joined(f"{self._base}/", challenge.get("realm", ""))
        if urlsplit(realm).scheme not in ("http", "https") or not challenge.get("realm"):
            raise Errored(ReasonCode.BAD_ANSWER, f"{self.host} wants a token and names no place to get one")
        query = {"service": challenge.get("service", ""), "scope": challenge.get("scope", scope)}
        query = {name: value for name, value in query.items() if value}
        if login is not None:
            self._may_send_secrets(realm)
        if login is not None and login.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": login.identity_token, "client_id": "executor"}
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._ask("POST", realm, kind, deadline, urlencode({**query, **form}).encode())
        else:
            headers = {} if login is None else {"Authorization": login.basic}
            joint = "&" if urlsplit(realm).query else "?"
            answer = self._ask("GET", f"{realm}{joint}{urlencode(query)}" if query else realm, headers, deadline)
        return self._token_in(answer, login)

    def _token_in(self, answer: http.Answer, login: Login | None) -> str:
        if answer.status in (400, 401, 403):
            what = (
                "docker has no login for it" if login is None else "the login that docker has for it was not accepted"
            )
            raise self._needs_login(what)
        if answer.status != 200:
            raise self._refusal(answer, urlsplit(answer.url).path)
        document = _json(answer.body)
        token = (document.get("token") or document.get("access_token")) if isinstance(document, dict) else None
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise Errored(ReasonCode.BAD_ANSWER, f"{urlsplit(answer.url).netloc} answered no token for {self.host}")
        return f"Bearer {token}"

    def _may_send_secrets(self, url: str) -> None:
        parts = urlsplit(url)
        allowed = parts.scheme == "https" or is_loopback(parts.hostname or "")
        if not allowed and not (self.plain_http and parts.netloc == self._address):
            raise Blocked(
                ReasonCode.NEEDS_LOGIN,
                f"{self.host} wants the login sent in plain text to {parts.netloc}; it was not sent; use https",
            )

    # Saying no

    def _needs_login(self, why: str) -> Blocked:
        shown = "" if self._is_hub else f" {self.host}"
        return Blocked(ReasonCode.NEEDS_LOGIN, f"{self.host}: {why}; run `docker login{shown}`")

    def _no_answer(self, error: Exception, where: str, scheme: str) -> Stop:
        through = "" if where == self.host else f" (at {where})"
        if isinstance(error, http.HttpTimeout):
            return Errored(
                ReasonCode.TIMEOUT,
                f"{self.host}{through} did not answer within {self.timeout:g} s (timeouts.registry in executor.toml)",
                retryable=True,
            )
        if isinstance(error, http.HttpUntrusted):
            return Errored(
                ReasonCode.UNREACHABLE,
                f"{self.host}{through} cannot be trusted: {error}; name its CA as registry.ca in executor.toml, "
                "or, if it speaks no TLS, the host in registry.plain_http",
            )
        if isinstance(error, http.HttpUnreachable):
            return _kind(error, scheme)(
                ReasonCode.UNREACHABLE,
                f"{self.host}{through} cannot be reached: {error}; check the address and that it runs",
                retryable=True,
            )
        return _kind(error, scheme)(ReasonCode.BAD_ANSWER, f"{self.host}{through}: {error}", retryable=True)

    def _refusal(self, answer: http.Answer, path: str) -> Stop:
        what = f"{self.host} answered {answer.status} to GET {path}{_said(answer)}"
        if answer.status == 403:
            return Blocked(
                ReasonCode.PERMISSION, f"{what}; ask for the right to read it, or log in as somebody who may"
            )
        if answer.status == 429:
            wait = answer.headers.get("retry-after")
            when = f"try again in {wait} s" if wait and wait.isdigit() else "try again later"
            return Errored(ReasonCode.BAD_ANSWER, f"{what}; too many requests, {when}", retryable=True)
        if answer.status == 404:
            return Errored(ReasonCode.BAD_ANSWER, f"{what}; is it a registry?")
        return Errored(ReasonCode.BAD_ANSWER, f"{what}; see the registry's log", retryable=answer.status >= 500)

    def _bad(self, what: str, answer: http.Answer) -> Errored:
        return Errored(ReasonCode.BAD_ANSWER, f"{self.host} {what}{_said(answer)}; is it a registry?")


class _NotPlain(Errored):
    """The other side said nothing that is HTTP: perhaps it wants TLS."""


class _NoTls(Errored):
    """The other side does not speak TLS."""


def _kind(error: Exception, scheme: str) -> type[Errored]:
    text = str(error)
    if scheme == "http" and ("no HTTP" in text or "without an answer" in text or "reset" in text):
        return _NotPlain
    return _NoTls if scheme == "https" and ("TLS failed" in text or "reset" in text) else Errored


class _NoSuchList(Exception):
    """The registry answers 404 for a list that it need not keep."""


_ABSENT = object()
_NOT_ACCEPTED = {
    True: "the login that docker has for it was not accepted",
    False: "it wants a login and docker has none for it",
}


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """`sha256:…` of the data; "" for an algorithm that OCI does not know, which then compares with nothing."""
    if algorithm not in ("sha256", "sha512"):
        return ""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def name_of(image: str, reference: str) -> str:
    """`image:tag` or `image@digest`."""
    return f"{image}{'@' if ':' in reference else ':'}{reference}"


def _json(body: bytes) -> Any:
    """The document, or None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _said(answer: http.Answer) -> str:
    """What the registry gives as the reason: its error codes and messages, else the beginning of the text."""
    document = _json(answer.body)
    errors = document.get("errors") if isinstance(document, dict) else None
    if isinstance(errors, list) and errors and all(isinstance(each, dict) for each in errors):
        return f" ({'; '.join(' '.join(str(e[k]) for k in ('code', 'message') if e.get(k)) for e in errors)})"[:_QUOTED]
    text = " ".join(answer.body.decode(errors="replace").split())
    printable = "".join(character for character in text if character.isprintable())
    return f' ("{printable[:_QUOTED]}")' if printable else ""


def _next_page(answer: http.Answer) -> str | None:
    link = re.search(r'<([^>]*)>\s*;[^,]*\brel="?next\b', answer.headers.get("link", ""))
    if link is None:
        return None
    there = urlsplit(urljoin(answer.url, link[1]))  # only its path: the next page is on the host that was asked
    return f"{there.path}?{there.query}"


def _challenges(header: str) -> dict[str, dict[str, str]]:
    """WWW-Authenticate (RFC 9110, 11.6.1) as scheme (lower case) → parameters; several challenges in one header."""
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    token = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - the grammar's word for a word
    for match in re.finditer(rf'({token})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({token}))|({token})', header):
        name, quoted, plain, scheme = match.groups()
        if scheme is not None:
            current = found.setdefault(scheme.lower(), {})
        else:
            current[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return found
