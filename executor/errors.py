"""Every way in which something does not go on, as exceptions that carry a message and never print or exit.

    ExecutorError                 ends the command; `exit_code` says how (contracts.md, exit codes)
    ├── UsageError                2   wrong call
    ├── TaskFileError             2   the task file cannot be worked with
    ├── ConfigError               2   executor.toml is wrong
    ├── RepositoryError           2   no repository, wrong branch, a path outside of it
    ├── LockHeld                  75  another runner works in this repository
    └── Interrupted               130 ^C
    Stop                          ends one operation, never the run; becomes the criterion's status
    ├── Failed                    the operation or its check said no
    ├── Errored                   we could not find out (timeout, tool crashed, network)
    ├── Blocked                   missing tool, file or permission; ambiguous or not determinate; approval needed
    ├── Refused                   a safety rule forbids it
    ├── Unresolved                the text was not understood, or is a person's work
    └── LeftToVerification        an observation of a cluster, or a commit

A `Stop` says why (`code`, from the closed list in `reasons.py`) and a sentence with the place and the remedy.
"""

from __future__ import annotations

from executor.models import Cannot, Status
from executor.reasons import ReasonCode


class ExecutorError(Exception):
    """Ends the command. `place` is `file:line` where there is one, `remedy` the next thing to type or to change."""

    exit_code = 3

    def __init__(self, message: str, *, place: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what_now = f"; {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{what_now}"


class UsageError(ExecutorError):
    exit_code = 2


class TaskFileError(ExecutorError):
    exit_code = 2


class ConfigError(ExecutorError):
    exit_code = 2


class RepositoryError(ExecutorError):
    exit_code = 2


class LockHeld(ExecutorError):
    exit_code = 75


class Interrupted(ExecutorError):
    exit_code = 130


class Stop(Exception):
    """Ends one operation with a status, a reason code and a sentence; the run goes on without it.

    `retryable` is true only where the same call may well succeed a moment later (a timeout, a 5xx, a full engine).
    """

    status: Status

    def __init__(self, code: ReasonCode, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.retryable = retryable

    def as_cannot(self) -> Cannot:
        return Cannot(self.status, self.code, self.reason)


class Failed(Stop):
    status = Status.FAILED


class Errored(Stop):
    status = Status.ERRORED


class Blocked(Stop):
    status = Status.BLOCKED


class Refused(Stop):
    status = Status.REFUSED


class Unresolved(Stop):
    status = Status.UNRESOLVED


class LeftToVerification(Stop):
    status = Status.VERIFICATION
