"""The closed list of reason codes, one line each with the remedy. `docs/reasons.md` is written from this table.

A code names the *kind* of reason; the sentence beside it in a report names the place and what was found there.
"""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    # skipped
    ALREADY_TICKED = "already-ticked"
    WITHDRAWN = "withdrawn"
    OTHER_MARK = "other-mark"
    FILTERED_OUT = "filtered-out"
    DEPENDS = "depends-on-open"
    INTERRUPTED = "interrupted"
    # unresolved
    NOT_UNDERSTOOD = "not-understood"
    WORD_LEFT = "word-left"
    PERSON = "person"
    UNKNOWN_NAME = "unknown-name"
    SEEN_IN_CLUSTER = "seen-in-cluster"
    # blocked: the text
    NOT_DETERMINATE = "not-determinate"
    AMBIGUOUS = "ambiguous"
    BAD_BLOCK = "bad-block"
    BAD_ARGUMENT = "bad-argument"
    PLACEHOLDER = "placeholder"
    COUNT_DIFFERS = "count-differs"
    # blocked: the repository
    NOT_FOUND = "not-found"
    RANGE = "range"
    SHARED = "shared"
    NOT_THAT_VERSION = "not-that-version"
    DOWNGRADE = "downgrade"
    NO_EFFECT = "no-effect"
    DIGEST_UNKNOWN = "digest-unknown"
    NOT_PLAIN = "not-plain"
    LABEL_MISSING = "label-missing"
    DIRTY = "dirty"
    IGNORED = "ignored-by-git"
    NEEDS_NETWORK = "needs-network"
    BROKEN_BEFORE = "broken-before"
    NOT_CHECKED_OUT = "not-checked-out"
    # blocked: the machine and the world
    TOOL_MISSING = "tool-missing"
    PERMISSION = "permission"
    NEEDS_BUILDKIT = "needs-buildkit"
    TAG_EXISTS = "tag-exists"
    NEEDS_LOGIN = "needs-login"
    NEEDS_APPROVAL = "needs-approval"
    NOT_SUPPORTED = "not-supported"
    # refused
    FORBIDDEN = "forbidden"
    WRONG_BRANCH = "wrong-branch"
    HUMAN_ACTION = "human-action"
    OWNED_BY_FLUX = "owned-by-flux"
    UNPROVEN = "unproven"
    OUTSIDE = "outside"
    SECRET = "secret"
    # failed
    EXIT_CODE = "exit-code"
    BUILD_FAILED = "build-failed"
    PUSH_FAILED = "push-failed"
    NOT_IN_REGISTRY = "not-in-registry"
    DIGEST_DIFFERS = "digest-differs"
    INVALID_MANIFEST = "invalid-manifest"
    UNINTENDED = "unintended-change"
    BROKE_BUILD = "broke-build"
    CHANGED_MEANWHILE = "changed-meanwhile"
    NOT_SEEN = "not-seen"
    # errored
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    UNREACHABLE = "unreachable"
    BAD_ANSWER = "bad-answer"
    WRITE_FAILED = "write-failed"
    BUG = "bug"
    # left to verification
    WAITING = "waiting-for-verification"
    CHILDREN_OPEN = "children-open"


REMEDY: dict[ReasonCode, str] = {
    ReasonCode.ALREADY_TICKED: "Nothing to do: the box was ticked before this run.",
    ReasonCode.WITHDRAWN: "Nothing to do: the criterion is struck through.",
    ReasonCode.OTHER_MARK: "The box holds a mark such as [~] or [-]; write [ ] to have it run.",
    ReasonCode.FILTERED_OUT: "Left out by --criteria; run again without it.",
    ReasonCode.DEPENDS: "It stands on a criterion or operation that did not pass; mend that one and run again.",
    ReasonCode.INTERRUPTED: "The run was interrupted; run again.",
    ReasonCode.NOT_UNDERSTOOD: "Write it as one of the sentences of docs/writing-criteria.md, or add an operation block.",
    ReasonCode.WORD_LEFT: "The named word was not used up by any rule; leave it out, or make it a criterion of its own.",
    ReasonCode.PERSON: "A person's work: do it, then `executor tick TASK.md N --by NAME --note TEXT`.",
    ReasonCode.UNKNOWN_NAME: "No such thing in this repository; the nearest names are offered.",
    ReasonCode.SEEN_IN_CLUSTER: "It is seen in the running cluster: look yourself, then `executor tick TASK.md N --by NAME --note TEXT`.",
    ReasonCode.NOT_DETERMINATE: "Write one exact version; ranges and words such as latest are never resolved.",
    ReasonCode.AMBIGUOUS: "Several places fit and all are listed; name the path, namespace or cluster.",
    ReasonCode.BAD_BLOCK: "Correct the operation block at the named line; `executor schema operations` lists the arguments.",
    ReasonCode.BAD_ARGUMENT: "Correct the named argument.",
    ReasonCode.PLACEHOLDER: "Put the real value where the placeholder stands.",
    ReasonCode.COUNT_DIFFERS: "The number in the sentence is not the number found; correct one of them.",
    ReasonCode.NOT_FOUND: "The file or object does not exist, or nothing that the check is about; check the name or path.",
    ReasonCode.RANGE: "The file holds a version range; write from RANGE to VERSION if it is to be one version from now on.",
    ReasonCode.SHARED: 'The edit would move others too, all listed; say "all", name each of them, or name the file.',
    ReasonCode.NOT_THAT_VERSION: "The file is neither at the old nor at the new version; correct the sentence.",
    ReasonCode.DOWNGRADE: 'The file has a higher version; say "roll back to" if that is meant.',
    ReasonCode.NO_EFFECT: "The edit would change nothing that is rendered; the reason names what may win there.",
    ReasonCode.DIGEST_UNKNOWN: "Push the image in this task, or give tag@sha256:… .",
    ReasonCode.NOT_PLAIN: "This shape is not edited yet; change it by hand.",
    ReasonCode.LABEL_MISSING: "Add the named label to the task, which is what permits the operation.",
    ReasonCode.DIRTY: "Commit or stash the named path; it holds changes that are not this task's.",
    ReasonCode.IGNORED: "`git add -f` the named path, or change .gitignore; what git ignores cannot be committed.",
    ReasonCode.NEEDS_NETWORK: "It would fetch from the network; vendor the base, or check it in CI.",
    ReasonCode.BROKEN_BEFORE: "What is built from the file did not build before the edit, so nothing proves it; mend that first.",
    ReasonCode.NOT_CHECKED_OUT: "A sparse checkout leaves out manifests that it may concern; `git sparse-checkout disable`, or add their folders.",
    ReasonCode.TOOL_MISSING: "Install the named tool; `executor doctor` says how.",
    ReasonCode.PERMISSION: "Give this user the named permission.",
    ReasonCode.NEEDS_BUILDKIT: "Install docker-buildx: the Dockerfile uses what only BuildKit can do.",
    ReasonCode.TAG_EXISTS: "The registry has this tag with another digest; use a new version, or list the tag as mutable.",
    ReasonCode.NEEDS_LOGIN: "Log in: `docker login REGISTRY`.",
    ReasonCode.NEEDS_APPROVAL: "It asks something outside to change or widens a limit; it waits for approval.",
    ReasonCode.NOT_SUPPORTED: "This version cannot do it; the reason says what to do instead.",
    ReasonCode.FORBIDDEN: "A safety rule forbids it; the reason says the way through git.",
    ReasonCode.WRONG_BRANCH: "Switch to the configured branch or to one with the task's id in its name, or finish what is under way in git.",
    ReasonCode.HUMAN_ACTION: "The task is marked human-action: a person has to do it.",
    ReasonCode.OWNED_BY_FLUX: "Flux image automation owns that value ($imagepolicy); change the ImagePolicy.",
    ReasonCode.UNPROVEN: "It could not be proved that only the meant bytes change; edit by hand.",
    ReasonCode.OUTSIDE: "The path lies outside the repository.",
    ReasonCode.SECRET: "A Secret must be sealed or encrypted before it is committed; a credential stands nowhere else.",
    ReasonCode.EXIT_CODE: "The command ended with another exit code than 0; read what it said: in the report, a long output in the log that the reason names.",
    ReasonCode.BUILD_FAILED: "The build failed; mend what the reason quotes. A long output is in the log that it names.",
    ReasonCode.PUSH_FAILED: "The registry or engine refused the push; read the message.",
    ReasonCode.NOT_IN_REGISTRY: "The registry does not have it; push it first.",
    ReasonCode.DIGEST_DIFFERS: "The registry returned another digest than was pushed; find out who else pushes.",
    ReasonCode.INVALID_MANIFEST: "Mend the manifest at the named line.",
    ReasonCode.UNINTENDED: "The rendered output changed elsewhere too; nothing was written.",
    ReasonCode.BROKE_BUILD: "kustomize build would fail after the edit; nothing was written.",
    ReasonCode.CHANGED_MEANWHILE: "Somebody else changed the file during the run; look at it and run again.",
    ReasonCode.NOT_SEEN: "What the criterion says was not seen; the reason says what was.",
    ReasonCode.TIMEOUT: "It took longer than allowed; see [timeouts] in executor.toml.",
    ReasonCode.CRASHED: "The tool was ended by a signal; run again.",
    ReasonCode.UNREACHABLE: "The server did not answer; check the address and that it runs.",
    ReasonCode.BAD_ANSWER: "The server's answer could not be used; it is quoted.",
    ReasonCode.WRITE_FAILED: "The file could not be written (disk full, read-only); free space and run again.",
    ReasonCode.BUG: "A defect of executor; the log that is named has the details. Please report it.",
    ReasonCode.WAITING: "Left to verification: `executor verify`; what the cluster shows: look yourself, then `executor tick`.",
    ReasonCode.CHILDREN_OPEN: "Some of its nested criteria are open.",
}
