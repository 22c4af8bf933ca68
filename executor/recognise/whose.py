"""Whose a sentence is that no operation does: a person's, the running cluster's, another language's.

Asked only about sentences that no rule understood, and nothing runs because of the answer: it is the reason that people
read, instead of the word that was not used up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.recognise.lexer import Lexer, Token
from executor.recognise.words import OBJECT_KINDS, fold
from executor.values import dataclass, field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Said:
    """A sentence's words, folded, without those in code. `acts`: it begins with the verb of an operation."""

    __slots__ = ("acts", "all", "first", "folds", "lexer", "spoken", "tokens")

    def __init__(self, tokens: Sequence[Token], lexer: Lexer) -> None:
        self.tokens = tokens[:-1]
        self.lexer = lexer
        self.spoken = [token for token in self.tokens if not token.code]
        self.folds = [fold(token.text) for token in self.spoken]
        self.all = frozenset(self.folds)
        acts = lexer.acts
        self.acts = bool(self.tokens and self.tokens[0].bits & acts and not self.tokens[0].code)
        self.first = self.folds[0] if self.folds else ""

    def has(self, *classes: str) -> bool:
        bits = sum(self.lexer.bit(each) for each in classes)
        return any(token.bits & bits for token in self.tokens)

    def word(
        self, among: frozenset[str], upto: int = 99, *, named: bool = False, beside: frozenset[str] = frozenset()
    ) -> str | None:
        """The first word of these, as it is written; a name that exists here is none, save where `named`. One of
        `beside` is none behind a name that exists, either."""
        name = self.lexer.bit("NAME")
        for at, (each, folded) in enumerate(zip(self.spoken[:upto], self.folds, strict=False)):
            part = folded in beside and at > 0 and self.spoken[at - 1].bits & name
            if folded in among and (named or not each.bits & name) and not part:
                return each.text
        return None


@dataclass(frozen=True)
class Whose:
    """One kind: `tells` gives the word that tells it, which `reason` has as {word}. `done`: when to tick it.
    `examples` are of this kind, `near_misses` are not: they are another's, or understood."""

    name: str
    code: ReasonCode
    reason: str
    tells: Callable[[Said], str | None]
    words: frozenset[str]
    """One of these stands in it."""
    done: str = ""
    examples: Sequence[str] = field(default=())
    near_misses: Sequence[str] = field(default=())


_ENGLISH = _words("the a an of to and or is are be in on for with from by all no not that this it must should at as")
_FOREIGN = _words(
    "der das und mit auf für von zum zur wird werden ist sind nicht kein keine alle im dem den eine einen einem "
    "nach aus bei le les la du des est sont pour dans avec sur et une aux vers tous toutes el los las del para "
    "está están y una todos todas il gli della nel sono è os não na no dos een het van met naar och att för på "
    "się jest są"
)


def _foreign(said: Said) -> str | None:
    accented = [each.text for each in said.spoken if not each.text.isascii()]
    other = next((text for text in accented if any(sign.isalpha() and sign > "\u024f" for sign in text)), None)
    if other is not None:
        return other
    strange = [each for each in said.folds if each in _FOREIGN]
    accents = any(sign.isalpha() and not sign.isascii() for text in accented for sign in text)
    english = sum(each in _ENGLISH for each in said.folds)
    return strange[0] if strange and len(strange) + accents > max(1, english) else None


_PROGRAMS = _words("kubectl helm docker git make curl npm terraform ansible-playbook pytest bash")
_OF_FLUX = _words("reconcile get check build suspend resume create logs")


def _command(said: Said) -> str | None:
    if not said.folds or said.tokens[0].code or not said.tokens[0].text.islower() or len(said.folds) < 2:
        return None
    word = said.first
    return word if word in _PROGRAMS or (word == "flux" and said.folds[1] in _OF_FLUX) else None


def _script(said: Said) -> str | None:
    path = said.lexer.bit("PATH")
    first = next((token for token in said.tokens[:3] if token.bits & path), None)
    return first.text if first is not None and first.text.endswith((".sh", ".py", ".js", ".ts", ".rb")) else None


def _by_hand(said: Said) -> str | None:
    at = next((i for i in range(1, len(said.folds)) if said.folds[i - 1 : i + 1] == ["by", "hand"]), None)
    return "by hand" if at is not None else said.word(_words("manually"))


_REQUEST = _words("pr prs mr mrs")
_FORGED = _words(
    "open opened create created raise raised merge merged close closed approve approved review reviewed submit "
    "submitted is are exists against"
)


def _forge(said: Said) -> str | None:
    requested = said.word(_REQUEST)
    pairs = list(zip(said.folds, said.folds[1:], strict=False))
    if ("pull", "request") in pairs or ("merge", "request") in pairs or ("pull", "requests") in pairs:
        requested = "pull request"
    if requested and said.all & _FORGED:
        return requested
    if (
        said.first == "merge"
        and said.folds[1:2]
        and said.folds[1] in ("to", "into", "the", "a", "this", "it", "changes")
    ):
        return said.spoken[0].text
    return said.word(_words("merged rebased cherry-picked")) if not said.acts else None


_OF_GIT = _words("tag tags branch branches commit origin")


def _git(said: Said) -> str | None:
    if said.first in ("push", "create", "delete") and len(said.folds) > 1:
        return said.word(_OF_GIT)
    if said.first == "tag" and not said.all & _words("commit release branch main head"):
        return said.spoken[0].text if said.has("PUSHED") else None
    return said.word(_OF_GIT, 2) if said.first == "tag" or said.has("PUSHED", "ADDED") else None


_TESTED = _words(
    "test tests testing suite e2e benchmark benchmarks coverage linter lint pytest ci pipeline pipelines workflow "
    "workflows"
)


_TOOLS = _words(
    "kubeconform kubeval yamllint kube-linter kube-score kubesec conftest polaris trivy checkov datree pluto grype "
    "hadolint shellcheck pre-commit prettier renovate actionlint gitleaks kubectl-validate helm-lint"
)


def _tool(said: Said) -> str | None:
    ran = {str(token.value).split()[0] for token in said.tokens if token.bits & said.lexer.bit("COMMAND")}
    acts = said.acts and not said.has("VALIDATE", "VERIFY")
    return None if acts or not _TOOLS.isdisjoint(ran) else said.word(_TOOLS)


def _tests(said: Said) -> str | None:
    ends = said.has("RUN", "WAS_RUN", "PASSES", "RUNS", "COMPLETES") or said.all & _words("green red ran clean")
    return said.word(_TESTED, 6) if ends and not said.acts else None


_HANDS = _words(
    "go sign print rotate order call approve book buy pay renew request invite rehearse practise practice demo watch "
    "observe look talk tell send mail post attach reach hand coordinate smoke-test try click log-in login "
    "negotiate migrate back test take handle purge smoke restore walk visit file raise record gather collect "
    "contact escalate clean cleanup pair prepare obtain get agree sync align verify-with onboard report track "
    "estimate measure compare"
)
_DIRECT = _words("restart reboot drain cordon uncordon kill evict taint exec deploy redeploy rollout apply undeploy")


def _hands(said: Said) -> str | None:
    return said.spoken[0].text if said.first in _HANDS and len(said.folds) > 1 and not said.acts else None


def _direct(said: Said) -> str | None:
    if said.folds[:2] == ["roll", "out"]:
        return f"{said.spoken[0].text} out"
    return said.spoken[0].text if said.first in _DIRECT and len(said.folds) > 1 else None


_PEOPLE = _words(
    "team teams lead leads qa somebody someone everybody everyone people person stakeholder stakeholders customer "
    "customers user users engineer engineers admin admins operator operators owner owners reviewer reviewers "
    "colleague colleagues manager managers vendor legal on-call oncall dba sre sres devs developer developers "
    "maintainer maintainers human humans foreman we i they board product"
)
_PARTS_TOO = _words("operator operators admin user users product board owner")
"""Of these, what stands behind a name that exists is a part of that: "the Cilium operator"."""
_TOLD = _words("was were had did yesterday ago")
_DOES = _words(
    "signs reviews approves confirms looks decides agrees documents prints announces informs says asks orders"
)
"""What no program does: `Alertmanager sends …` may be a value in a file."""


def _people(said: Said) -> str | None:
    if said.acts or not said.folds or said.has("QUESTION") or said.all & _TOLD:
        return None  # asked, or told of the past: nothing that anybody is to do
    if len(said.folds) > 1 and said.folds[1] in _DOES and said.tokens[0].bits & said.lexer.bit("PLAIN"):
        return said.spoken[0].text if said.spoken[0].text[:1].isupper() else None
    found = said.word(_PEOPLE, 3, beside=_PARTS_TOO)
    if found is None and said.first in ("confirm", "check", "verify", "agree") and "with" in said.folds[1:2]:
        return " ".join(token.text for token in said.spoken[1:4])
    return found


_DOCUMENTS = _words(
    "runbook runbooks documentation docs doc readme changelog wiki ticket tickets jira confluence adr adrs "
    "diagram diagrams post-mortem postmortem announcement email e-mail handbook playbook playbooks slides "
    "training screenshot screenshots presentation minutes newsletter memo"
)


def _documents(said: Said) -> str | None:
    if said.acts:
        return None
    if any(token.text.endswith((".yaml", ".yml")) for token in said.tokens):
        return None  # what such a file says is no letter
    notes = ("release", "notes") in zip(said.folds[:3], said.folds[1:4], strict=False)
    address = "address" in said.folds[:5] and said.word(_words("email e-mail"), 4) is not None  # a key of many files
    return "release notes" if notes else None if address else said.word(_DOCUMENTS, 3)


_DONE = _words(
    "documented reviewed approved notified informed announced signed written scheduled attached agreed rotated "
    "trained discussed communicated drafted decided investigated evaluated filed rehearsed briefed consulted "
    "acknowledged accepted sign-off signoff approval"
)


_ALSO_SET = _words("scheduled rotated attached accepted written trained")
"""What may be said of a program too; with a value it is a setting."""


def _done(said: Said) -> str | None:
    found = None if said.acts else said.word(_DONE)
    valued = said.all & _STANDS_IN_FILES or any(re.search(r"\d", token.text) for token in said.tokens)
    return None if found is not None and fold(found) in _ALSO_SET and valued else found


_LOGS = _words("logs log")
_RUNNING = ("Pod", "HelmRelease", "Kustomization", "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Ingress")
_SEEN = _words(
    "compose stack health_ok cluster rollout rollouts alert alerts alertmanager prometheus grafana dashboard "
    "dashboards healthz loadbalancer kubelet restarts crashloop downtime uptime reconciles reconciled "
    "reconciliation"
) | _words(" ".join(OBJECT_KINDS[kind] for kind in _RUNNING))
_OBSERVED = _words(
    "loads load answers answer fires fire firing starts start reconnects connects serves receives opens scrapes "
    "detects works work shows show returns return responds respond becomes become stays healthy unhealthy reachable "
    "accessible available online up down stable green crash crashes restarts 5xx wait fine"
)
"""What is seen of something that runs, and stands in no file."""
_OF_LOGS = _words("contain contains show shows have has clean free")
_STANDS_IN_FILES = _words(
    "every hourly daily nightly weekly monthly interval schedule waits retention replica replicas limit limits request "
    "requests version tag tags image images label labels annotation variable keep keeps retain retains use uses set "
    "sets get gets allow allows configured enabled disabled scaled moves template default defaults render renders "
    "build builds"
)
"""What is said of values and files: a person who looks at the cluster would tick an edit that nobody made."""
_ENDS = _words("runs works again fine smoothly well correctly")
_OPERATIONS = "BUILT PUSHED BUMPED WAS_SET ROLLED REMOVED ADDED VERSION RANGE MANIFEST MANIFESTS IMAGE_REF".split()
_ASKS = pattern(r"(kubectl|flux) (get|describe|logs|top|rollout status|wait|events|stats|check|tree)\b.*")


def _cluster(said: Said) -> str | None:
    coded = [str(token.value or token.text) for token in said.tokens if token.code]
    if any(_ASKS.match(each) for each in coded):
        return "cluster"
    settings = said.all & _STANDS_IN_FILES or any(re.search(r"=|:\s", each) for each in coded)
    if said.acts or not said.tokens or settings or said.has(*_OPERATIONS):
        return None
    if said.all & _LOGS and said.all & _OF_LOGS:
        return said.word(_LOGS)
    entry, observed = said.tokens[0].entry, said.all & _OBSERVED
    if said.has("URL") and (observed or said.has("SHOWS", "RETURNS", "RESPONDS", "REACHABLE")):
        return "URL"
    if entry is not None and (entry.releases or entry.workloads) and len(said.folds) > 1:
        return said.tokens[0].text if observed or said.folds[-1] in _ENDS else None
    return said.word(_SEEN, named=True) if observed or not _ENDS.isdisjoint(said.folds[-1:]) else None


WHOSE: tuple[Whose, ...] = (
    Whose(
        "another language",
        ReasonCode.NOT_UNDERSTOOD,
        'criteria are read in English, and "{word}" is not; write it in English, or add an operation block',
        _foreign,
        _FOREIGN,
        examples=(
            "Das Image wird mit Version 1.1.0 gebaut",
            "Alle HelmReleases sind bereit und mit Flux abgeglichen",
            "Construire l'image stitcher avec la version 1.1.0",
            "Mettre à jour ffl vers la version 0.1.18 dans le dépôt",
            "Actualizar la versión de ffl para el clúster",
            "将 ffl 更新到 0.1.18",
            "Обновить ffl до 0.1.18",
            "ffl を 0.1.18 に更新する",
        ),
        near_misses=(
            "Build stitcher 1.1.0 for Müller",
            "Bump ffl to 0.1.18 in la",
            "The café page is correct",
            "Bump zorgly to 0.1.18",
        ),
    ),
    Whose(
        "a command without code marks",
        ReasonCode.NOT_UNDERSTOOD,
        '"{word}" begins a command, and commands are read only as code: put it in backticks',
        _command,
        _PROGRAMS | {"flux"},
        examples=(
            "kubectl rollout restart deployment ffl-api",
            "flux reconcile kustomization apps --with-source succeeds",
            "helm upgrade ffl charts/ffl",
            "git push origin main",
            "make deploy",
        ),
        near_misses=(
            "Flux reconciles zorgly",
            "Docker is installed",
            "Make it work",
            "Git history is clean",
            "`make deploy`",
        ),
    ),
    Whose(
        "a script",
        ReasonCode.PERSON,
        '"{word}" is a script, and executor runs none that a criterion names',
        _script,
        _words("passes pass passed succeeds succeed runs run works completes exits ran executed"),
        "when that passed",
        examples=("`scripts/check.sh` passes", "Run scripts/check.sh"),
        near_misses=("`kustomize build apps` passes", "scripts/check.sh is there"),
    ),
    Whose(
        "by hand",
        ReasonCode.PERSON,
        '"{word}" is a person\'s',
        _by_hand,
        _words("manually hand"),
        "when it is done",
        examples=("Manually verify the login page", "Check the dashboards by hand", "Bump ffl to 0.1.18 by hand"),
        near_misses=("The manual is correct", "A handful of pods is there"),
    ),
    Whose(
        "a pull request",
        ReasonCode.PERSON,
        '"{word}" belongs to your forge, where a person or a pipeline does it',
        _forge,
        _REQUEST | _words("pull merge merged rebased cherry-picked"),
        "when it is done",
        examples=(
            "Open a pull request",
            "Open a PR against main",
            "Create a merge request",
            "Merge to main",
            "Changes are merged to main",
            "Renovate PR for longhorn is merged by the foreman",
            "Commit on a branch and open a pull request",
        ),
        near_misses=("Bump ffl to 0.1.18 via PR", "Pull the image", "Merge conflicts are resolved"),
    ),
    Whose(
        "git's tags and branches",
        ReasonCode.PERSON,
        "\"{word}\": tags and branches of git are a person's or a pipeline's",
        _git,
        _OF_GIT,
        "when it is done",
        examples=("Tag the commit v1.2.0", "Push the branch", "Create a git tag v1.2.0", "Tag v2026.09 pushed"),
        near_misses=(
            "Push the deadline",
            "Push stitcher 1.1.0 to the registry",
            "Tag last build",
            "Bump the image tag of zorgly",
        ),
    ),
    Whose(
        "a tool that checks",
        ReasonCode.PERSON,
        'executor does not run "{word}": a pipeline or a person does; what it checks itself is '
        '"Manifests are valid YAML" and "Security validation passes"',
        _tool,
        _TOOLS,
        "when that passed",
        examples=(
            "Manifests under apps/ffl pass kubeconform",
            "Validate apps/ffl with kubeconform",
            "yamllint passes for apps/ffl",
            "trivy finds no critical vulnerabilities",
        ),
        near_misses=("Bump trivy to 0.50.0", "Build kubeconform 1.2.0"),
    ),
    Whose(
        "tests",
        ReasonCode.PERSON,
        'executor runs no "{word}": a pipeline or a person does',
        _tests,
        _TESTED,
        "when that passed",
        examples=(
            "Run the load test",
            "All tests pass",
            "Unit tests pass with 80 % coverage",
            "CI pipeline is green",
            "Smoke tests are run",
        ),
        near_misses=(
            "The test database is big",
            "Add tests for the parser",
            "Bump ffl in test to 0.1.18",
            "Build the tests",
        ),
    ),
    Whose(
        "a person's verb",
        ReasonCode.PERSON,
        '"{word}" is a person\'s work',
        _hands,
        _HANDS,
        "when it is done",
        examples=(
            "Print the runbook",
            "Rotate the database credentials",
            "Order new certificates",
            "Get approval from the board",
            "Watch the rollout",
            "Send a mail to the customers",
            "Back up the database",
            "Migrate the database",
        ),
        near_misses=("Get", "Raise the memory limit of zorgly to 1Gi", "Roll back ffl to 0.1.16", "File"),
    ),
    Whose(
        "documents",
        ReasonCode.PERSON,
        '"{word}": a person writes that',
        _documents,
        _DOCUMENTS | {"notes"},
        "when it is done",
        examples=(
            "Runbook is updated",
            "README updated with the new version",
            "Documentation is updated",
            "Release notes written",
            "Changelog entry added",
            "Screenshots attached",
        ),
        near_misses=("Update the runbook with ffl 0.1.18", "Add docs to apps/kustomization.yaml", "Release ffl"),
    ),
    Whose(
        "people",
        ReasonCode.PERSON,
        '"{word}": people do that, no program',
        _people,
        _PEOPLE | _DOES | {"with"},
        "when it is done",
        examples=(
            "Team lead signs off",
            "Stakeholders are informed",
            "Security team approves the change",
            "Somebody looks at the dashboards",
            "QA has tested the release",
            "Bob reviews the change",
            "Anna signs off",
            "Users can log in",
            "Confirm with Bob that the window is fine",
        ),
        near_misses=(
            "Alertmanager sends alerts to the on-call channel",
            "Velero writes backups to the bucket",
            "Bump ffl to 0.1.18 for the team",
            "Longhorn is healthy again",
            "Prometheus runs",
            "The zorgly is there",
        ),
    ),
    Whose(
        "the cluster, changed directly",
        ReasonCode.PERSON,
        '"{word}" changes the cluster itself, which executor never does; change a manifest, and Flux brings it there',
        _direct,
        _DIRECT | {"roll"},
        "or when it is done by hand",
        examples=(
            "Restart the pods",
            "Drain node worker-1",
            "Deploy ffl 0.1.18 to staging",
            "Reboot the nodes",
            "Roll out ffl 0.1.18 in staging",
        ),
        near_misses=("Deployment ffl-api is available", "Bump ffl and restart the pods", "No pod restarts"),
    ),
    Whose(
        "what people have done",
        ReasonCode.PERSON,
        '"{word}" is a person\'s',
        _done,
        _DONE,
        "when it is done",
        examples=(
            "Code reviewed",
            "Secrets are rotated for ffl",
            "Migration plan documented",
        ),
        near_misses=(
            "ffl was bumped to 0.1.18",
            "Set the reviewed value",
            "HTTPRoute `ffl` is accepted",
            "The backup is scheduled daily",
            "Log files are rotated after 7 days",
        ),
    ),
    Whose(
        "the running cluster",
        ReasonCode.SEEN_IN_CLUSTER,
        "it is seen where it runs, executor does not look there, and it is no observation that is left to verification",
        _cluster,
        _SEEN | _LOGS,
        "look yourself",
        examples=(
            "The cluster is healthy",
            "Pod logs are clean",
            "The pod starts without errors",
            "No alert fires in Alertmanager for 30 minutes after the rollout",
            "longhorn answers on https://longhorn.example.com",
            "https://ffl.example.com/healthz returns 200",
            "`kubectl get pods -n default` shows no trouble",
            "ffl-api logs contain no errors",
            "Flux Kustomization `apps` becomes Ready within 5 minutes",
            "vaultwarden loads",
            "longhorn runs smoothly again",
            "Wait for the rollout",
        ),
        near_misses=(
            "The apps Kustomization reconciles every 5 minutes on the minikube cluster",
            "Both clusters' kustomizations render",
            "Prometheus keeps metrics for 30 days (`retention: 30d`)",
            "The ingress allows bodies up to 16m",
            "longhorn runs every 3 hours",
            "longhorn runs with up to 3 replicas",
            "longhorn gets a third replica in production",
            "longhorn is themed dark, i.e. THEME=dark",
            "longhorn runs with a read-only root filesystem",
            "Eight ffl-api pods in production",
            "The longhorn deployment is scaled back from 4 to 3 replicas",
            "The HelmRelease longhorn moves to tier `edge` (label)",
            "The apps Kustomization waits for its resources to become ready (`wait: true`)",
            "`kubectl kustomize apps/ffl` and `kubectl kustomize apps/longhorn` build without errors, both of them",
            "Create a Grafana dashboard template for longhorn",
            "All HelmReleases are Ready",
            "Bump ffl to 0.1.18 and restart the pods",
            "The API returns 400 for bad input",
            "nextcloud stays on 9.2.6",
            "Build pods",
        ),
    ),
)


@functools.cache
def _by_word() -> dict[str, list[Whose]]:
    """Word → the kinds that it may tell."""
    found: dict[str, list[Whose]] = {}
    for kind in WHOSE:
        for word in kind.words:
            found.setdefault(word, []).append(kind)
    return found


@functools.cache
def _marked(lexer: Lexer) -> int:
    return lexer.bit("URL") | lexer.bit("COMMAND") | lexer.bit("NAME")


def whose(tokens: Sequence[Token], lexer: Lexer, text: str) -> tuple[Whose, str] | None:
    """The kind of the sentence `text`, and the word that tells it."""
    by_word, marked = _by_word(), _marked(lexer)
    told = {id(kind) for token in tokens for kind in by_word.get(fold(token.text), ())}
    seen, foreign = any(token.bits & marked for token in tokens), not text.isascii()
    if not (told or seen or foreign):
        return None
    said = Said(tokens, lexer)
    for each in WHOSE:
        if id(each) in told or (seen and each.tells is _cluster) or (foreign and each.tells is _foreign):
            word = each.tells(said)
            if word is not None:
                return each, word
    return None
