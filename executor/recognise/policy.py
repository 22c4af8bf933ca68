"""Which commands may run, as data: each rule with command lines that it is for and lines that it is not for.

`tests/recognise/test_policy.py` runs them all, and `check()` does so at load in the operation `command`'s tests. What no
rule allows is refused. FORBIDDEN stands before ALLOWED: a forbidden form is never reached by an allowing rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.hosts import DATABASE, METADATA
from executor.values import dataclass

DATABASE_CLIENTS = frozenset(
    "psql pg_dump pg_dumpall pg_restore pgcli createdb dropdb mysql mysqldump mysqladmin mycli mariadb mariadb-dump mongo mongosh "
    "mongodump mongorestore redis-cli valkey-cli cqlsh sqlcmd sqlplus sqlite3 clickhouse-client clickhouse influx etcdctl "
    "cockroach usql".split()
)
ASSIGNABLE = frozenset({"VERSION", "REGISTRY_URL", "DOCKER_BUILDKIT", "LC_ALL", "LANG", "NO_COLOR"})

_GIT_WAY = "write the change into the manifests, and let Flux bring it to the cluster"


@dataclass(frozen=True, slots=True)
class Flags:
    """What options a program may get: `plain` stand alone, `valued` take a value (`--f v` or `--f=v`). Short plain ones may
    be joined (`-rn`)."""

    plain: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()

    def parse(self, words: Sequence[str]) -> tuple[list[str], dict[str, list[str]]] | str:
        """(positional words, options by name), or the first word that is not allowed."""
        positional: list[str] = []
        options: dict[str, list[str]] = {}
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word == "--":
                positional += words[at:]
                break
            if len(word) < 2 or word[0] != "-":
                positional.append(word)
                continue
            if word in self.valued:
                if at >= len(words):
                    return word
                options.setdefault(word, []).append(words[at])
                at += 1
            elif not self._joined(word, options):
                return word
        return positional, options

    def _joined(self, word: str, options: dict[str, list[str]]) -> bool:
        """Take in an option that is one word: plain, `--name=value`, `-abc`, or `-nVALUE`. False: not allowed."""
        name, equals, value = word.partition("=")
        letters = word[1:] if word[1] != "-" else ""
        if name in self.valued and equals:
            options.setdefault(name, []).append(value)
        elif word in self.plain or (equals and name in self.plain and value in ("true", "1")):
            options.setdefault(name, [])
        elif letters and all("-" + letter in self.plain for letter in letters):
            for letter in letters:
                options.setdefault("-" + letter, [])
        elif letters and word[:2] in self.valued and not equals:
            options.setdefault(word[:2], []).append(word[2:])
        else:
            return False
        return True


def flags(plain: str = "", valued: str = "") -> Flags:
    return Flags(frozenset(plain.split()), frozenset(valued.split()))


@dataclass(frozen=True)
class PolicyRule:
    """`words` is how the command begins (the program and its subcommands). `flags` None: any. `arguments` judges the
    positional words behind: None if they may be, else why not."""

    id: str
    words: tuple[str, ...]
    verdict: str
    reason: str = ""
    flags: Flags | None = None
    arguments: Callable[[list[str]], str | None] | None = None
    code: ReasonCode = ReasonCode.FORBIDDEN
    needs: tuple[str, ...] = ()
    """Options without which the form is another thing (`bash` without -n runs the script)."""
    tells: tuple[str, ...] | None = None
    """None: the exit code says whether it found what was looked for. Else it ends with 0 whatever it finds, save with one
    of these options."""
    match: tuple[str, ...] = ()
    not_match: tuple[str, ...] = ()

    def applies(self, argv: Sequence[str]) -> bool:
        return tuple(argv[: len(self.words)]) == self.words

    def allows(self, argv: Sequence[str]) -> str | None:
        """None if an allowing rule allows it, else what stands in the way."""
        if self.flags is None:
            return None
        parsed = self.flags.parse(argv[len(self.words) :])
        if isinstance(parsed, str):
            return f"`{parsed}` is not among the options that may be used"
        missing = [each for each in self.needs if each not in parsed[1]]
        if missing:
            return f"without {missing[0]} it is more than a look"
        outside = [path for name in _FILE_OPTIONS for path in parsed[1].get(name, []) if not inside(path)]
        if outside:
            return f"{outside[0]} is no path inside the repository"
        return self.arguments(parsed[0]) if self.arguments is not None else None


def says_nothing(argv: Sequence[str]) -> str | None:
    """Why the exit code of an allowed command proves nothing: then it has to be said what it shows."""
    rule = next((rule for rule in _rules_of(argv[0]) if rule.applies(argv) and rule.verdict == "allowed"), None)
    if rule is None or rule.tells is None or rule.flags is None:
        return None
    parsed = rule.flags.parse(argv[len(rule.words) :])
    if isinstance(parsed, str) or not {*rule.tells}.isdisjoint(parsed[1]):
        return None
    way = f"add {rule.tells[0]}, or write" if rule.tells else "write"
    return f"it ends with exit code 0 whatever it finds; {way} what it has to show (… shows `TEXT`)"


def files_of(argv: Sequence[str]) -> list[str]:
    """The files and folders that an allowed command reads; without them it can only fail."""
    rule = next((rule for rule in _rules_of(argv[0]) if rule.applies(argv) and rule.verdict == "allowed"), None)
    parsed = rule.flags.parse(argv[len(rule.words) :]) if rule is not None and rule.flags is not None else ""
    if rule is None or isinstance(parsed, str):
        return []
    words, options = parsed
    if argv[0] == "yq" and words[:1] in (["e"], ["eval"]):
        words = words[1:]
    named = words[_FILES_FROM[rule.id] :] if rule.id in _FILES_FROM else []
    return [*named, *(path for name in _FILE_OPTIONS for path in options.get(name, []))]


_FILES_FROM = {
    "helm-lint": -1, "helm-template": -1, "yq": 1, "jq": 1, "grep": 1, "shellcheck": 0, "yamllint": 0, "hadolint": 0, "bash-n": 0,
}  # fmt: skip
"""Rule → from which positional word on they are files that it reads. `test` and `ls` look whether they are there."""
_FILE_OPTIONS = ("-f", "--values", "--path", "--kustomization-file", "--ignore-file")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`what`: allowed, refused or blocked; `rule` is the id of the rule that decided."""

    what: str
    rule: str
    reason: str = ""
    code: ReasonCode = ReasonCode.FORBIDDEN


_KUBE = "--kubeconfig --cluster --user --token -s --server --as --as-group --certificate-authority --tls-server-name"
_GLOBAL = {
    "kubectl": flags("--insecure-skip-tls-verify --warnings-as-errors", f"-n --namespace --context --request-timeout -v --v "
                     f"--cache-dir --client-certificate --client-key --profile {_KUBE}"),
    "helm": flags("--debug", "-n --namespace --kube-context --kubeconfig --kube-apiserver --kube-as-user --kube-as-group --kube-token "
                  "--kube-ca-file --registry-config --repository-cache --repository-config --burst-limit --qps"),
    "flux": flags("--verbose --insecure-skip-tls-verify", f"-n --namespace --context --timeout --cache-dir {_KUBE}"),
    "docker": flags("-D --debug --tls --tlsverify", "-c --context -H --host --config -l --log-level --tlscacert --tlscert --tlskey"),
    "git": flags("-p --paginate -P --no-pager --bare --no-replace-objects --literal-pathspecs --no-optional-locks --no-advice "
                 "--glob-pathspecs --noglob-pathspecs --icase-pathspecs --no-lazy-fetch --html-path --man-path --info-path",
                 "-C -c --git-dir --work-tree --namespace --exec-path --super-prefix --config-env --attr-source --list-cmds"),
}  # fmt: skip
"""Options that may stand in front of the verb (`kubectl options`, `helm --help`, `flux --help`, `docker --help`, git(1))."""
_ANYWHERE = ("kubectl", "helm", "flux")
"""Here they may stand behind it as well, and mean the same; in docker and git they do not."""


def verb_first(argv: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words with the verb at once behind the program, and the options that stood in front of it (or of its second
    word); those of `_ANYWHERE` come behind it. As it is where one of them is not known: the next word may be its value.
    """
    known, rest = _GLOBAL.get(argv[0]), list(argv[1:])
    verbs: list[str] = []
    options: list[str] = []
    words = 2 if argv[0] in _ANYWHERE else 1
    while known is not None and rest and len(verbs) < words:
        if rest[0][:1] != "-":
            verbs.append(rest.pop(0))
            continue
        size = 2 if rest[0] in known.valued else 1
        if len(rest) < size or rest[0] == "--" or isinstance(known.parse(rest[:size]), str):
            break
        options, rest = [*options, *rest[:size]], rest[size:]
    if not verbs:
        return tuple(argv), ()
    return (argv[0], *verbs, *(options if argv[0] in _ANYWHERE else ()), *rest), tuple(options)


def judge(argv: Sequence[str], env: Sequence[tuple[str, str]] = ()) -> Verdict:
    """May this argument list run? Typed operations were looked for before; see commands.py."""
    argv, options = verb_first(argv)
    found = _judged(argv, env)
    if options and argv[0] not in _ANYWHERE and found.rule not in _rule_ids(argv[0], "refused", "blocked"):
        reason = f"`{options[0]}` in front of {argv[1]} turns it to something else than this repository; leave it away"
        return Verdict("blocked", "elsewhere", reason, ReasonCode.NOT_SUPPORTED) if found.rule not in _ALWAYS else found
    return found


_ALWAYS = ("database", "metadata", "environment", "control")
"""What is refused whichever program it is."""


def _rule_ids(program: str, *verdicts: str) -> list[str]:
    return [rule.id for rule in _rules_of(program) if rule.verdict in verdicts]


def _judged(argv: Sequence[str], env: Sequence[tuple[str, str]]) -> Verdict:
    program = argv[0]
    if program in DATABASE_CLIENTS or any(DATABASE.search(word) for word in argv):
        return Verdict("refused", "database", f"{program} reaches a database; none is ever touched")
    if any(METADATA.fullmatch(word) for word in argv[1:]):
        return Verdict("refused", "metadata", "it asks a machine's own metadata service, which tells its secrets")
    for name, _ in env:
        if name not in ASSIGNABLE:
            return Verdict("refused", "environment", f"{name} may not be set for a command")
    if any("\n" in word or "\0" in word for word in argv):
        return Verdict("refused", "control", "a control character in an argument")
    stands_in_the_way: Verdict | None = None
    for rule in sorted(_rules_of(program), key=lambda each: -len(each.words)):
        if not rule.applies(argv):
            continue
        if rule.verdict != "allowed":
            return Verdict(rule.verdict, rule.id, rule.reason, rule.code)
        why_not = rule.allows(argv)
        if why_not is None:
            return Verdict("allowed", rule.id)
        stands_in_the_way = stands_in_the_way or Verdict("refused", rule.id, why_not)
    return stands_in_the_way or Verdict(
        "refused", "unknown", f"{' '.join(argv[:2])} is no read-only form of a tool that is known here"
    )


@cache
def _rules_of(program: str) -> tuple[PolicyRule, ...]:
    return tuple(rule for rule in RULES if rule.words[0] == program)


def _forbidden(program: str, subcommands: str, reason: str, *examples: str) -> list[PolicyRule]:
    return [
        PolicyRule(
            f"{program}-{each.replace(' ', '-')}",
            (program, *each.split()),
            "refused",
            reason,
            match=tuple(line for line in examples if line.split()[: 1 + len(each.split())] == [program, *each.split()]),
        )
        for each in subcommands.split(",")
    ]


# --- what positional words may be -----------------------------------------------------------------------------------


def inside(path: str) -> bool:
    """A path that stays inside the repository by its form (symlinks are looked at when it runs)."""
    return bool(path) and "://" not in path and not path.startswith(("/", "~", "-")) and ".." not in path.split("/")


def _paths(least: int = 1) -> Callable[[list[str]], str | None]:
    def judge_paths(words: list[str]) -> str | None:
        if len(words) < least:
            return "it names no file"
        outside = [word for word in words if not inside(word)]
        return f"{outside[0]} is no path inside the repository" if outside else None

    return judge_paths


def _pattern_and_paths(words: list[str]) -> str | None:
    if len(words) < 2:
        return "it needs a pattern and a file (its input is not read)"
    return _paths()(words[1:])


_ESCAPES = pattern(
    r"(?i)\b(?:load\w*|strload|str?env|strenv|envsubst|env|eval|system|inputs?|input_\w+|include|import|exec|modulemeta|split_doc|\$ENV|\$__loc__|debug|halt\w*|get_search_list)\b|\$ENV"
)


def _expression_and_paths(words: list[str]) -> str | None:
    words = words[1:] if words[:1] in (["e"], ["eval"]) else words
    if len(words) < 2:
        return "it needs an expression and a file (its input is not read)"
    if _ESCAPES.search(words[0]):
        return "the expression reads more than the file"
    return _paths()(words[1:])


def _nothing(words: list[str]) -> str | None:
    return f"`{words[0]}` is not understood" if words else None


def _local_chart(words: list[str]) -> str | None:
    """helm template [NAME] CHART, helm lint CHART: a folder of the repository."""
    if not words:
        return "it names no chart"
    if len(words) > 2:
        return f"`{words[2]}` is not understood"
    chart = words[-1]
    if "://" in chart or not inside(chart):
        return f"{chart} is no chart inside the repository; one from elsewhere needs the network"
    return None


def _one_reference(words: list[str]) -> str | None:
    return None if len(words) == 1 else "it takes one image"


RULES: tuple[PolicyRule, ...] = (
    # --- never: writes to a cluster that did not come from git
    *_forbidden(
        "kubectl",
        "apply,create,delete,patch,edit,replace,scale,autoscale,rollout restart,rollout undo,rollout pause,rollout resume,set,"
        "label,annotate,exec,attach,debug,port-forward,proxy,cp,run,expose,drain,cordon,uncordon,taint,certificate,"
        "config use-context,config set-context",
        f"kubectl would change or enter the cluster directly; {_GIT_WAY}",
        "kubectl apply -f deploy.yaml",
        "kubectl delete pod ffl-0",
        "kubectl exec ffl-0 -- sh",
        "kubectl rollout restart deployment/ffl",
        "kubectl patch hr ffl --type merge -p {}",
    ),
    *_forbidden(
        "helm",
        "upgrade,install,uninstall,delete,rollback,push,registry,plugin,repo,dependency,package,pull,test",
        "helm would change the cluster or fetch from outside; bump the HelmRelease in git, and a rollback is `git revert`",
        "helm upgrade --install ffl charts/ffl",
        "helm rollback ffl 3",
        "helm install ffl charts/ffl",
    ),
    *_forbidden(
        "flux",
        "suspend,resume,create,delete,bootstrap,install,uninstall,push,tag,pull",
        f"flux would change the cluster directly; {_GIT_WAY}",
        "flux suspend helmrelease ffl",
        "flux bootstrap github",
    ),
    *_forbidden(
        "git",
        "push,reset,checkout,switch,restore,clean,rebase,merge,pull,fetch,stash,rm,mv,tag,revert,cherry-pick,branch,config,am,apply",
        "it would change the repository or ask a remote; only verification commits, and people push: write `Commit and push changes`",
        "git push origin main",
        "git reset --hard",
    ),
    *_forbidden(
        "kustomize",
        "edit,create,localize,cfg,fn",
        "kustomize would rewrite the file; write what is to change (`Set image … to … in …`), which changes only those bytes",
        "kustomize edit set image ffl=ffl:1.2.3",
    ),
    *_forbidden(
        "docker",
        "run,exec,rm,rmi,stop,start,kill,restart,compose,login,logout,system,volume,network,cp,commit,save,load,import,export,"
        "create,update,swarm,stack,service,secret,context,plugin,container,image prune,image rm",
        "only building, pushing and looking at images is done here",
        "docker run --rm ffl/backend",
        "docker compose up -d",
        "docker system prune -af",
    ),
    PolicyRule("cd", ("cd",), "refused", "each command runs in the repository's top folder; write the path in it (`docker build -t NAME:TAG infra/x`)",
               match=("cd infra/x",)),
    PolicyRule("docker-compose", ("docker-compose",), "refused", "only building, pushing and looking at images is done here",
               match=("docker-compose up -d",)),
    # --- not yet
    PolicyRule("kubectl-diff", ("kubectl", "diff"), "blocked", "it asks the cluster, which needs the Kubernetes filter of a later version; "
               "`kustomize build` proves what can be proved offline", code=ReasonCode.NOT_SUPPORTED, match=("kubectl diff -k apps",)),
    *(
        PolicyRule(f"{words[0]}-{words[-1]}", words, "blocked", "it asks the cluster: write what is to be seen "
                   "(`ffl HelmRelease shows READY=True`), which verification looks at", code=ReasonCode.NOT_SUPPORTED,
                   match=(" ".join(words) + " ffl",))
        for words in (
            ("kubectl", "logs"), ("kubectl", "describe"), ("kubectl", "top"), ("kubectl", "cluster-info"), ("kubectl", "auth"),
            ("kubectl", "api-resources"), ("kubectl", "explain"), ("helm", "list"), ("helm", "status"), ("helm", "get"), ("helm", "history"),
            ("flux", "check"), ("flux", "logs"), ("flux", "events"), ("flux", "stats"), ("flux", "tree"), ("flux", "trace"), ("flux", "diff"), ("flux", "export"),
        )
    ),
    PolicyRule("docker-pull", ("docker", "pull"), "blocked", "write `Verify IMAGE:TAG in registry HOST`, which asks the registry itself",
               code=ReasonCode.NOT_SUPPORTED, match=("docker pull ffl/backend:0.1.18",)),
    PolicyRule("docker-tag", ("docker", "tag"), "blocked", "write `Push IMAGE TAG to REGISTRY`, which names it for the registry by itself",
               code=ReasonCode.NOT_SUPPORTED, match=("docker tag a b",)),
    PolicyRule("helm-show", ("helm", "show"), "blocked", "it may fetch from outside; of a chart of this repository look at its files", code=ReasonCode.NEEDS_NETWORK, match=("helm show values x/y",)),
    PolicyRule("helm-search", ("helm", "search"), "blocked", "it fetches from outside", code=ReasonCode.NEEDS_NETWORK,
               match=("helm search repo ffl",)),
    PolicyRule("kubeconform", ("kubeconform",), "blocked", "no JSON Schema is looked at yet; `Manifests are valid` checks what can be told without",
               code=ReasonCode.NOT_SUPPORTED, match=("kubeconform apps",)),
    # --- read-only forms
    PolicyRule(
        "helm-lint", ("helm", "lint"), "allowed", "",
        flags("--strict --quiet --with-subcharts", "-f --values --set --set-string --namespace -n --kube-version"), _local_chart,
        match=("helm lint charts/ffl", "helm lint --strict charts/ffl -f charts/ffl/values.yaml"),
        not_match=("helm lint", "helm lint ../elsewhere", "helm lint --post-renderer x charts/ffl", "helm lint oci://ghcr.io/x/y"),
    ),
    PolicyRule(
        "helm-template", ("helm", "template"), "allowed", "",
        flags("--include-crds --skip-tests --debug --skip-crds", "-f --values --set --set-string --namespace -n --kube-version --api-versions -s --show-only --name-template"),
        _local_chart,
        match=("helm template charts/ffl", "helm template ffl charts/ffl --namespace ffl"),
        not_match=("helm template ffl charts/ffl --output-dir out", "helm template --validate charts/ffl",
                   "helm template ffl bitnami/x y", "helm template charts/ffl --post-renderer ./x"),
    ),
    PolicyRule(
        "flux-build", ("flux", "build", "kustomization"), "allowed", "",
        flags("--dry-run --strict-substitute", "--path --kustomization-file -n --namespace"), None,
        needs=("--dry-run", "--path", "--kustomization-file"),
        match=("flux build kustomization apps --path clusters/x --kustomization-file clusters/apps.yaml --dry-run",),
        not_match=("flux build kustomization apps --context prod", "flux build kustomization apps --path clusters/x"),
    ),
    PolicyRule(
        "yq", ("yq",), "allowed", "", flags("-e --exit-status -r --unwrapScalar -N --no-doc -M --no-colors", "-o --output-format -p --input-format"),
        _expression_and_paths, tells=("-e", "--exit-status"),
        match=("yq -e .spec.suspend apps/ffl/helmrelease.yaml", "yq '.spec.chart' apps/ffl/helmrelease.yaml"),
        not_match=("yq -i '.a = 1' x.yaml", "yq 'load(\"/etc/passwd\")' x.yaml", "yq .a", "yq -e 'env(HOME)' x.yaml", "yq .a /etc/passwd",
                   "yq --inplace .a x.yaml", "yq -s .a x.yaml"),
    ),
    PolicyRule(
        "jq", ("jq",), "allowed", "", flags("-e --exit-status -r --raw-output -c -M", ""), _expression_and_paths,
        tells=("-e", "--exit-status"),
        match=("jq -e .version package.json",), not_match=("jq -n env", "jq -f prog x.json", "jq '$ENV.HOME' x.json", "jq . ../x.json"),
    ),
    PolicyRule(
        "grep", ("grep",), "allowed", "",
        flags("-q -r -E -F -i -n -l -c -w -x -h -H -s -o --quiet --recursive --fixed-strings --extended-regexp --ignore-case --word-regexp", "-m --include --exclude --exclude-dir"),
        _pattern_and_paths,
        match=("grep -q 'tag: 0.1.18' apps/ffl/helmrelease.yaml", "grep -rq 0.1.18 apps"),
        not_match=("grep -q x", "grep -f patterns x", "grep x /etc/passwd", "grep -q x ../other", "grep -v x y"),
    ),
    PolicyRule(
        "test", ("test",), "allowed", "", flags("-f -d -e -s -r -x"), lambda words: _paths()(words) or (None if len(words) == 1 else "one path at a time"),
        match=("test -f apps/ffl/helmrelease.yaml", "test -d apps"), not_match=("test -f", "test a = a", "test -f /etc/passwd", "test -n x -o -z y"),
    ),
    PolicyRule("ls", ("ls",), "allowed", "", flags("-l -a -1 -R -d"), _paths(), match=("ls apps/ffl", "ls -la apps"), not_match=("ls", "ls /")),
    PolicyRule("bash-n", ("bash",), "allowed", "", flags("-n"), lambda words: _paths()(words) or (None if len(words) == 1 else "one script at a time"),
               needs=("-n",), match=("bash -n scripts/check.sh",), not_match=("bash scripts/check.sh", "bash -c 'kubectl apply'", "bash -n", "bash -nc x")),
    PolicyRule("shellcheck", ("shellcheck",), "allowed", "", flags("-x", "-S --severity -s --shell -e --exclude"), _paths(),
               match=("shellcheck scripts/check.sh",), not_match=("shellcheck", "shellcheck /bin/x")),
    PolicyRule("yamllint", ("yamllint",), "allowed", "", flags("-s --strict", "--format"), _paths(), match=("yamllint apps", "yamllint -s apps"),
               not_match=("yamllint", "yamllint /etc")),
    PolicyRule("hadolint", ("hadolint",), "allowed", "", flags("--no-color", "--ignore -t --failure-threshold"), _paths(),
               match=("hadolint infra/x/Dockerfile",), not_match=("hadolint",)),
    PolicyRule("git-status", ("git", "status"), "allowed", "", flags("--porcelain --short -s"), _nothing, tells=(), match=("git status --porcelain",),
               not_match=("git status --ignored x",)),
    PolicyRule("git-diff", ("git", "diff"), "allowed", "", flags("--check --quiet --exit-code --stat --name-only --cached --staged"), _nothing,
               tells=("--exit-code", "--quiet", "--check"),
               match=("git diff --check", "git diff --exit-code"), not_match=("git diff --ext-diff", "git diff --output=x", "git diff --no-index a b")),
    PolicyRule("kustomize-build", ("kustomize", "build"), "allowed", "", flags(), lambda words: _paths()(words) or (None if len(words) == 1 else "one path at a time"),
               match=("kustomize build apps",), not_match=("kustomize build", "kustomize build --enable-helm apps", "kustomize build https://x/y")),
    PolicyRule("docker-images", ("docker", "images"), "allowed", "", flags("-a --digests --no-trunc -q"), None, tells=(), match=("docker images",),
               not_match=("docker images --format x",)),
    PolicyRule("docker-image-ls", ("docker", "image", "ls"), "allowed", "", flags("-a --digests --no-trunc -q"), None, tells=(), match=("docker image ls",),
               not_match=("docker image rm x",)),
    PolicyRule("docker-image-inspect", ("docker", "image", "inspect"), "allowed", "", flags(), _one_reference,
               match=("docker image inspect ffl/backend:0.1.18",), not_match=("docker image inspect", "docker image inspect -f x y")),
    PolicyRule("docker-version", ("docker", "version"), "allowed", "", flags(), _nothing, match=("docker version",), not_match=("docker version x",)),
    PolicyRule("docker-info", ("docker", "info"), "allowed", "", flags(), _nothing, match=("docker info",), not_match=("docker info x",)),
    PolicyRule("kubectl-version", ("kubectl", "version", "--client"), "allowed", "", flags("--short", "-o"), _nothing, match=("kubectl version --client",),
               not_match=("kubectl version",)),
    PolicyRule("kustomize-version", ("kustomize", "version"), "allowed", "", flags("--short"), _nothing, match=("kustomize version",),
               not_match=("kustomize version x",)),
    PolicyRule("helm-version", ("helm", "version"), "allowed", "", flags("--short --client"), _nothing, match=("helm version --short",),
               not_match=("helm version x",)),
    PolicyRule("flux-version", ("flux", "version", "--client"), "allowed", "", flags(), _nothing, match=("flux version --client",),
               not_match=("flux version",)),
)  # fmt: skip

PROGRAMS = (
    frozenset(rule.words[0] for rule in RULES)
    | DATABASE_CLIENTS
    | frozenset(
        "curl wget skopeo crane regctl oras make npm npx yarn pnpm bun node go cargo python python3 pip uv poetry pytest sh zsh "
        "ssh scp rsync terraform tofu ansible ansible-playbook aws gcloud az sed awk cat cp mv rm mkdir touch chmod echo export "
        "find tee source true false sudo helmfile talosctl k9s k3d kind minikube task just trivy cosign sops age kubeseal "
        "conftest opa checkov kube-linter kubent pluto buildah podman nerdctl systemctl journalctl nc ping dig nslookup "
        "egrep fgrep rg openssl date sleep watch xargs tar env nohup timeout nice doas exec eval".split()
    )
)
