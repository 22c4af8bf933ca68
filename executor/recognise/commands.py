"""Command lines to typed operations where there is one, else `command` by the policy, else why not.

Sources of what flags mean: `docker build --help`, `kustomize build --help`, `flux reconcile --help`, and the OCI
Distribution Specification for registry addresses.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from executor.errors import Blocked, Refused, Stop
from executor.reasons import ReasonCode
from executor.recognise import shell, versions
from executor.recognise.policy import PROGRAMS, Flags, files_of, flags, inside, judge, verb_first
from executor.recognise.resolve.base import KUSTOMIZATION_FILES
from executor.tools.hosts import never_asked
from executor.values import dataclass, field, replace

_WORDS_INSTEAD = frozenset({"kustomize build", "kubectl kustomize", "git commit", "kustomize", "flux reconcile"})
_DOCKER_HUB = "docker.io"


@dataclass(frozen=True)
class Typed:
    """What a command line asks for: an operation with its arguments, and what its output must show."""

    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    ask_images: str | None = None
    """For a registry query: the image that it names ("" = all that the task names); the version comes from around."""

    host: str | None = None


def is_command(text: str) -> bool:
    """Whether a piece of code is a command line rather than a name, a path or a value."""
    words = text.split()
    assigned = False
    while len(words) > 1 and re.fullmatch(r"[A-Z_][A-Z0-9_]*=\S*", words[0]):
        words, assigned = words[1:], True
    if not words or text in _WORDS_INSTEAD:
        return False
    first = words[0].removeprefix("$")
    if first == "" and len(words) > 1:
        first = words[1]
    known = first in PROGRAMS and (assigned or len(words) > 1)
    script = first.endswith(".sh")
    return known or (assigned and script) or (first.startswith("./") and (script or len(words) > 1))


def understand(line: str, exists: Callable[[str], bool], scripts: Mapping[str, Sequence[str]]) -> list[Typed]:
    """The operations of one command line, in order. Raises Stop where it may not run or is not determinate.

    `scripts` are the configured build scripts: path → the images that each builds.
    """
    try:
        simple = shell.commands(line.strip().removeprefix("$ "))
    except shell.NotPlain as error:
        if error.placeholder:
            raise Blocked(ReasonCode.PLACEHOLDER, f"`{line}`: {error.reason}") from None
        raise _refused_pipe(line) or Refused(ReasonCode.FORBIDDEN, f"`{line}`: {error.reason}") from None
    return [
        typed
        for each in simple
        for typed in (_script(each, scripts) if each.argv[0].removeprefix("./") in scripts else _one(each, exists))
    ]


def _script(simple: shell.Simple, scripts: Mapping[str, Sequence[str]]) -> list[Typed]:
    """A configured build script: what it builds, with its VERSION, and pushes, where it is called with --push."""
    line = shlex.join(simple.argv)
    env = dict(simple.env)
    if set(simple.argv[1:]) - {"--push"} or set(env) - {"VERSION", "REGISTRY_URL"} or simple.grep is not None:
        raise Refused(
            ReasonCode.FORBIDDEN, f"`{line}`: a build script gets VERSION, REGISTRY_URL and --push, and nothing else"
        )
    if "VERSION" not in env:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: write VERSION=… in front of it")
    images = scripts[simple.argv[0].removeprefix("./")]
    found = [Typed("image.build", {"image": image, "tag": env["VERSION"]}) for image in images]
    if "--push" in simple.argv:
        if "REGISTRY_URL" not in env:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: write REGISTRY_URL=… in front of it")
        pushed = {"tag": env["VERSION"], "registry": env["REGISTRY_URL"]}
        found += [Typed("image.push", {"image": image, **pushed}) for image in images]
    return found


def _refused_pipe(line: str) -> Stop | None:
    """`… | kubectl apply -f -`: say that, not that pipes are not run."""
    if re.search(r"\|\s*kubectl\s+apply\b(?!.*--dry-run)", line):
        return Refused(
            ReasonCode.FORBIDDEN,
            f"`{line}` would change the cluster directly; write the change into the manifests, and let Flux bring it",
        )
    if re.search(r"\|\s*kubectl\s+apply\b.*--dry-run", line):
        return _dry_run(line)
    return None


def _dry_run(line: str) -> Blocked:
    return Blocked(
        ReasonCode.NOT_SUPPORTED,
        f"`{line}` asks the cluster's API server, which needs the Kubernetes filter of a later version; "
        "`kustomize build` and manifest.validate check what can be checked offline",
    )


def _one(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    argv, _ = verb_first(simple.argv)
    if argv[:2] == ("kubectl", "apply") and any(
        word.startswith("--dry-run") and word != "--dry-run=none" for word in argv
    ):
        raise _dry_run(shlex.join(simple.argv))
    before = judge_first(simple)
    if before is not None:
        raise before
    simple = replace(simple, argv=argv)
    translate = _translator(argv)
    ignored = [name for name, _ in simple.env if name != "DOCKER_BUILDKIT"]
    if translate is not None and ignored:
        raise Blocked(
            ReasonCode.NOT_SUPPORTED,
            f"`{shlex.join(argv)}`: {ignored[0]}=… in front of it has no counterpart; write the value where it is used",
        )
    if translate is not None:
        typed = translate(simple, exists)
        if typed is not None:
            return typed
    return [_command(simple, exists)]


def judge_first(simple: shell.Simple) -> Stop | None:
    """What is forbidden whatever else it could mean."""
    verdict = judge(simple.argv, simple.env)
    line = shlex.join(simple.argv)
    if verdict.what == "blocked":
        return Blocked(verdict.code, f"`{line}`: {verdict.reason}")
    if verdict.what == "refused" and (
        verdict.rule in ("database", "metadata", "environment", "control") or _has_reason(verdict.rule)
    ):
        return Refused(ReasonCode.FORBIDDEN, f"`{line}`: {verdict.reason}")
    return None


def _has_reason(rule: str) -> bool:
    from executor.recognise.policy import RULES

    return any(each.id == rule and each.verdict == "refused" for each in RULES)


def _command(simple: shell.Simple, exists: Callable[[str], bool]) -> Typed:
    verdict = judge(simple.argv, simple.env)
    line = shlex.join(simple.argv)
    if verdict.what != "allowed":
        raise Refused(ReasonCode.FORBIDDEN, f"`{line}`: {verdict.reason}")
    missing = next(
        (path for path in files_of(simple.argv) if not exists(path.removeprefix("./").rstrip("/") or ".")), None
    )
    if missing is not None:
        raise Blocked(ReasonCode.NOT_FOUND, f"`{line}`: {missing} does not exist here; check the path")
    arguments: dict[str, Any] = {"argv": list(simple.argv)}
    if simple.env:
        arguments["env"] = dict(simple.env)
    if simple.grep is not None:
        arguments["sees"] = [grep_pattern(simple.grep)]
    return Typed("command", arguments)


def grep_pattern(grep: Sequence[str]) -> str:
    """The text that `| grep X` looks for, where it is plain text."""
    parsed = flags("-q -F -E --quiet").parse(grep[1:])
    if isinstance(parsed, str) or len(parsed[0]) != 1:
        raise Blocked(
            ReasonCode.NOT_SUPPORTED, f"`{shlex.join(grep)}` is not read; use `grep -q TEXT`, or say what is to be seen"
        )
    pattern = parsed[0][0]
    if "-F" not in parsed[1] and re.search(r"[\\^$*+?()\[\]{}|]", pattern):
        raise Blocked(
            ReasonCode.NOT_SUPPORTED, f"`{shlex.join(grep)}`: only plain text is looked for; say what is to be seen"
        )
    return pattern


# --- programs that have a typed form --------------------------------------------------------------------------------

Translator = Callable[[shell.Simple, Callable[[str], bool]], "list[Typed] | None"]


def _translator(argv: Sequence[str]) -> Translator | None:
    for length in (4, 3, 2, 1):
        found = _TRANSLATORS.get(" ".join(argv[:length]))
        if found is not None:
            return found
    return None


def _parsed(known: Flags, simple: shell.Simple, skip: int) -> tuple[list[str], dict[str, list[str]]]:
    parsed = known.parse(simple.argv[skip:])
    line = shlex.join(simple.argv)
    if isinstance(parsed, str):
        raise Blocked(
            ReasonCode.NOT_SUPPORTED, f"`{line}`: `{parsed}` has no counterpart in the typed operation; leave it away"
        )
    return parsed


_BUILD = flags(
    "--load --push --pull=false -q --quiet --provenance=false",
    "-t --tag -f --file --build-arg --target --platform --progress --output-never",
)


def _docker_build(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    skip = 3 if simple.argv[1] in ("buildx", "image") else 2
    positional, options = _parsed(_BUILD, simple, skip)
    line = shlex.join(simple.argv)
    if len(positional) != 1:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: it takes one folder to build, here are {len(positional)}")
    context = _existing(positional[0], exists, line)
    tags = options.get("-t", []) + options.get("--tag", [])
    if len(tags) != 1:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: it takes one -t NAME:TAG, here are {len(tags)}")
    reference = versions.image_reference(tags[0])
    if reference is None:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: {tags[0]} is no image name")
    arguments: dict[str, Any] = {"image": reference.repository, "tag": reference.tag or "latest", "context": context}
    files = options.get("-f", []) + options.get("--file", [])
    if any(len(given) > 1 for given in (files, options.get("--target", []), options.get("--platform", []))):
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: it takes -f, --target and --platform once each")
    if files:
        arguments["dockerfile"] = _existing(files[0], exists, line)
    if pairs := _build_args(options.get("--build-arg", []), line):
        arguments["build_args"] = pairs
    arguments |= {name: options[f"--{name}"][0] for name in ("target", "platform") if f"--{name}" in options}
    if "," in arguments.get("platform", ""):
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{line}`: one platform is built at a time; name one")
    found = [Typed("image.build", arguments)]
    if "--push" in options:
        found.append(_pushed(reference, line))
    return found


def _build_args(given: Sequence[str], line: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if any(not equals for _, equals, _ in pairs):
        raise Blocked(
            ReasonCode.NOT_DETERMINATE, f"`{line}`: --build-arg without a value takes it from the environment; write it"
        )
    return {name: value for name, _, value in pairs}


def _existing(path: str, exists: Callable[[str], bool], line: str) -> str:
    bare = path.removeprefix("./").rstrip("/") or ("/" if path.startswith("/") else ".")
    if "://" in path or path.startswith(("github.com/", "git@")) or path == "-":
        raise Blocked(ReasonCode.NEEDS_NETWORK, f"`{line}`: {path} is not inside the repository; vendor it")
    straight = posixpath.normpath(bare)
    if inside(straight) and not inside(bare):
        raise Refused(ReasonCode.OUTSIDE, f"`{line}`: {path} goes up and down again; write it as {straight}")
    if not inside(bare) and bare != ".":
        raise Refused(ReasonCode.OUTSIDE, f"`{line}`: {path} leads out of the repository")
    if not exists(bare):
        raise Blocked(ReasonCode.NOT_FOUND, f"`{line}`: {path} does not exist here; check the path")
    return bare


def _pushed(reference: versions.ImageReference, line: str) -> Typed:
    if reference.tag is None:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: without a tag docker pushes latest; write the tag")
    host = reference.host or _DOCKER_HUB
    return Typed("image.push", {"image": reference.repository, "tag": reference.tag, "registry": host})


def _docker_push(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    skip = 3 if simple.argv[1] == "image" else 2
    positional, _ = _parsed(flags("-q --quiet"), simple, skip)
    return [_pushed(_reference(positional, simple), shlex.join(simple.argv))]


def _reference(positional: Sequence[str], simple: shell.Simple) -> versions.ImageReference:
    line = shlex.join(simple.argv)
    found = versions.image_reference(positional[0].removeprefix("docker://")) if len(positional) == 1 else None
    if found is None:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: it takes one image")
    return found


def _inspected(skip: int, plain: str = "", valued: str = "") -> Translator:
    def translate(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
        positional, _ = _parsed(flags(plain, valued), simple, skip)
        reference = _reference(positional, simple)
        if simple.grep is not None:
            raise Blocked(
                ReasonCode.NOT_SUPPORTED,
                f"`{shlex.join(simple.argv)}`: the image's digest is checked, nothing else of it",
            )
        if not reference.tag and not reference.digest:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{shlex.join(simple.argv)}`: write the tag")
        arguments: dict[str, Any] = {"image": reference.repository, "registry": reference.host or _DOCKER_HUB}
        arguments |= {"digest": reference.digest} if reference.digest else {"tag": reference.tag}
        return [Typed("image.verify", arguments)]

    return translate


_WIDENING = (
    "--enable-helm",
    "--load-restrictor",
    "--enable-exec",
    "--enable-alpha-plugins",
    "--network",
    "--enable-star",
    "--helm-command",
)
_KUSTOMIZE = flags("--enable-managedby-label --as-current-user", "--reorder")


def _kustomize(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    line = shlex.join(simple.argv)
    widening = next((word for word in simple.argv if word.partition("=")[0] in _WIDENING), None)
    if widening is not None:
        raise Blocked(
            ReasonCode.NEEDS_APPROVAL,
            f"`{line}`: `{widening}` widens what kustomize may read or run; leave it away, or have it approved",
        )
    if any(word in ("-o", "--output") or word.startswith("--output=") for word in simple.argv):
        raise Refused(
            ReasonCode.FORBIDDEN, f"`{line}`: it would write files; leave -o away, the output is kept as evidence"
        )
    positional, _ = _parsed(_KUSTOMIZE, simple, 2)
    if len(positional) > 1:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: it takes one path")
    if not positional and simple.argv[0] == "kubectl":
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: it takes one path")
    paths = [_kustomize_path(positional[0], exists, line)] if positional else []
    if simple.grep is not None:
        if not paths:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: name the path to build")
        return [Typed("command", {"argv": ["kustomize", "build", *paths], "sees": [grep_pattern(simple.grep)]})]
    return [Typed("kustomize.build", {"paths": paths} if paths else {})]


def _kustomize_path(path: str, exists: Callable[[str], bool], line: str) -> str:
    if re.match(r"(?:https?|ssh|git|file)://|git@|github\.com[/:]", path):
        raise Blocked(
            ReasonCode.NEEDS_NETWORK, f"`{line}`: a remote base needs the network; vendor it, or build it in CI"
        )
    folder = _existing(path, exists, line)
    if not any(exists(f"{folder}/{name}") for name in KUSTOMIZATION_FILES):
        # the operation would take the folders below, or the files as Flux does; the command that is written fails
        what = f"`{line}`: kustomize builds a folder that holds a kustomization file, and {path} is none"
        raise Blocked(ReasonCode.NOT_FOUND, f"{what}; name the folder that does")
    return folder


_CURL = flags(
    "-k -s -S -f -L -I -v -i --insecure --silent --fail --show-error --location --head --fail-with-body --verbose",
    "-H --header -X --request -m --max-time --connect-timeout --cacert --retry",
)


def _curl(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    line = shlex.join(simple.argv)
    parsed = _CURL.parse(simple.argv[1:])
    if isinstance(parsed, str):
        raise Refused(ReasonCode.FORBIDDEN, f"`{line}`: `{parsed}` is more than a look at a registry")
    positional, options = parsed
    methods = [*options.get("-X", []), *options.get("--request", [])]
    headers = [*options.get("-H", []), *options.get("--header", [])]
    if any(each not in ("GET", "HEAD") for each in methods) or any(
        not each.casefold().startswith("accept:") for each in headers
    ):
        raise Refused(ReasonCode.FORBIDDEN, f"`{line}`: only a plain GET of a registry is done, with no login in it")
    if len(positional) != 1:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: it takes one address")
    return [_registry_query(positional[0], simple, line)]


def _registry_query(address: str, simple: shell.Simple, line: str) -> Typed:
    from urllib.parse import urlsplit

    parts = urlsplit(address if "://" in address else f"http://{address}")
    host = parts.netloc
    if (never := never_asked(host)) is not None:
        raise Refused(ReasonCode.FORBIDDEN, f"`{line}`: {never}")
    if "@" in host or not host:
        raise Refused(ReasonCode.SECRET, f"`{line}`: a login in an address; use `docker login`")
    path = parts.path.rstrip("/")
    text = grep_pattern(simple.grep) if simple.grep is not None else None
    name = re.fullmatch(r"/v2/(?P<name>.+)/(?:tags/list|manifests/(?P<reference>[^/]+))", path)
    if (
        parts.scheme not in ("http", "https")
        or parts.fragment
        or (parts.query and not re.fullmatch(r"n=\d+", parts.query))
    ):
        raise Refused(ReasonCode.FORBIDDEN, f"`{line}`: only a plain GET of a registry is done")
    if path == "/v2" and text is None:
        return Typed("registry.ping", {"registry": host})
    if path == "/v2/_catalog":
        return Typed("image.verify", {"registry": host, "catalog": True}, (text or "").strip('"'), host)
    if name is None:
        raise Refused(
            ReasonCode.FORBIDDEN,
            f"`{line}`: {host} is asked by its registry API only (/v2/, /v2/_catalog, /v2/NAME/tags/list)",
        )
    image, reference = name["name"], name["reference"]
    if reference is not None:
        exact = {"digest": reference} if versions.DIGEST.fullmatch(reference) else {"tag": reference}
        return Typed("image.verify", {"image": image, "registry": host, **exact})
    if text is not None:
        return Typed("image.verify", {"image": image, "registry": host, "tag": text.strip('"')})
    return Typed("image.verify", {"image": image, "registry": host}, image, host)


_KIND_WORDS = {
    "HelmRelease": "helmrelease helmreleases hr",
    "Kustomization": "kustomization kustomizations ks",
    "Pod": "pod pods po",
    "Deployment": "deployment deployments deploy",
    "StatefulSet": "statefulset statefulsets sts",
    "DaemonSet": "daemonset daemonsets ds",
    "Service": "service services svc",
    "Ingress": "ingress ingresses ing",
    "Job": "job jobs",
    "CronJob": "cronjob cronjobs cj",
    "Event": "event events ev",
    "Node": "node nodes no",
    "PersistentVolumeClaim": "persistentvolumeclaim persistentvolumeclaims pvc",
    "ConfigMap": "configmap configmaps cm",
    "Namespace": "namespace namespaces ns",
    "GitRepository": "gitrepository gitrepositories",
    "OCIRepository": "ocirepository ocirepositories",
    "HelmRepository": "helmrepository helmrepositories",
    "HelmChart": "helmchart helmcharts",
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_SOURCES = {"git": "GitRepository", "oci": "OCIRepository", "helm": "HelmRepository", "chart": "HelmChart"}
_KUBECTL_GET = flags("-A --all-namespaces --no-headers --show-labels", "-n --namespace -o --output --sort-by")
_SEEN = {"running": "Running", "ready": "Ready", "true": "Ready", "available": "Available", "completed": "Completed"}


def _kubectl_get(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    positional, options = _parsed(_KUBECTL_GET, simple, 2)
    line = shlex.join(simple.argv)
    kind, names = _kind_and_names(positional, line)
    return _observed(kind, names, _namespace(options), _seen(simple))


def _kind_and_names(positional: list[str], line: str) -> tuple[str, list[str]]:
    if not positional:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{line}`: it names no kind")
    word, slash, name = positional[0].partition("/")
    kind = _KINDS.get(word.casefold().partition(".")[0])
    if kind is None:
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{line}`: {word} is no kind that is observed here")
    return kind, [*([name] if slash else []), *positional[1:]]


def _namespace(options: Mapping[str, list[str]]) -> str | None:
    found = [*options.get("-n", []), *options.get("--namespace", [])]
    return found[0] if found else None


def _seen(simple: shell.Simple) -> str | None:
    """The condition that a grep behind it looks for. A grep that is not plain leaves it to the sentence."""
    if simple.grep is None:
        return None
    parsed = flags("-q -i -w -E").parse(simple.grep[1:])
    word = parsed[0][0] if not isinstance(parsed, str) and len(parsed[0]) == 1 else ""
    return _SEEN.get(word.casefold().strip("\"' "), "?")


def _observed(kind: str, names: Sequence[str], namespace: str | None, condition: str | None) -> list[Typed]:
    arguments: dict[str, Any] = {"kind": kind}
    if namespace:
        arguments["namespace"] = namespace
    if condition:
        arguments["condition"] = condition
    return [Typed("cluster.observe", {**arguments, "name": name}) for name in names or ["*"]]


def _kubectl_wait(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    positional, options = _parsed(flags("--all", "--for -n --namespace --timeout"), simple, 2)
    line = shlex.join(simple.argv)
    wanted = re.fullmatch(r"condition=(\w+)(?:=True)?", (options.get("--for") or [""])[0], re.IGNORECASE)
    if wanted is None:
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{line}`: only --for=condition=NAME is understood")
    kind, names = _kind_and_names(positional, line)
    return _observed(kind, names, _namespace(options), wanted[1][:1].upper() + wanted[1][1:])


def _rollout_status(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    positional, options = _parsed(flags("", "-n --namespace --timeout"), simple, 3)
    kind, names = _kind_and_names(positional, shlex.join(simple.argv))
    return _observed(kind, names, _namespace(options), "Available")


def _flux_object(positional: list[str], line: str) -> tuple[str, list[str]]:
    if positional[:1] == ["source"] or positional[:1] == ["sources"]:
        kind = _SOURCES.get(positional[1]) if len(positional) > 1 else None
        names = positional[2:]
    else:
        kind = _KINDS.get(positional[0].casefold()) if positional else None
        names = positional[1:]
    if kind is None:
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{line}`: name a kind such as helmreleases or kustomizations")
    return kind, names


def _flux_get(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    positional, options = _parsed(flags("-A --all-namespaces --no-header", "-n --namespace"), simple, 2)
    kind, names = _flux_object(positional, shlex.join(simple.argv))
    return _observed(kind, names, _namespace(options), _seen(simple) or "Ready")


def _flux_reconcile(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    positional, options = _parsed(flags("--with-source --force-never", "-n --namespace --timeout"), simple, 2)
    line = shlex.join(simple.argv)
    kind, names = _flux_object(positional, line)
    if len(names) != 1:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"`{line}`: it takes one name")
    namespace = _namespace(options)
    return [
        Typed("flux.reconcile", {"kind": kind, "name": names[0], **({"namespace": namespace} if namespace else {})})
    ]


def _git_commit(simple: shell.Simple, exists: Callable[[str], bool]) -> list[Typed]:
    return [Typed("git.commit", {})]


_TRANSLATORS: dict[str, Translator] = {
    "docker build": _docker_build,
    "docker image build": _docker_build,
    "docker buildx build": _docker_build,
    "docker push": _docker_push,
    "docker image push": _docker_push,
    "docker manifest inspect": _inspected(3, "-v --verbose --insecure"),
    "docker buildx imagetools inspect": _inspected(4, "--raw"),
    "skopeo inspect": _inspected(2, "--raw --no-tags --tls-verify=false"),
    "crane digest": _inspected(2, "--insecure"),
    "crane manifest": _inspected(2, "--insecure"),
    "kustomize build": _kustomize,
    "kubectl kustomize": _kustomize,
    "curl": _curl,
    "kubectl get": _kubectl_get,
    "kubectl wait": _kubectl_wait,
    "kubectl rollout status": _rollout_status,
    "flux get": _flux_get,
    "flux reconcile": _flux_reconcile,
    "git commit": _git_commit,
    "git add": _git_commit,
}
