"""A criterion to what it asks for, source by source (criteria.md): block, command, section, sentence, plugin.

One `Recogniser` serves one task; what it learns of the repository is read once, at the first word that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Refused, Stop, Unresolved
from executor.models import Cannot, Recognised, Request, Source, Status, Word
from executor.reasons import ReasonCode
from executor.recognise import decoration
from executor.recognise.grammar import Parse
from executor.recognise.lexer import Known, Token
from executor.recognise.meaning import Ask, Place, Wanted
from executor.recognise.names import Names
from executor.recognise.resolve import Facts, Incomplete, Setting, resolve
from executor.recognise.rules import table
from executor.recognise.rules.phrases import wanted
from executor.recognise.words import TAKEN_FOR

if TYPE_CHECKING:
    from executor.repository import Repository, Workspace
    from executor.taskfile.model import Criterion, TaskFile


@dataclass(frozen=True)
class Scope:
    """A repository that a sentence is read against. `name` is None for the one that the task works in."""

    repository: Repository
    names: Names
    name: str | None


class Recogniser:
    """Recognises the criteria of one task, in any order."""

    def __init__(self, task: TaskFile, workspace: Workspace) -> None:
        self.task, self.workspace = task, workspace
        self.grammar, self.lexer = table()
        self._scopes: dict[str, Scope] = {}
        self._facts: dict[int, Facts] = {}
        self._explicit: dict[int, tuple[Request, ...]] | None = None
        self._repositories = {each.name.casefold(): each for each in (workspace.home, *workspace.others.values())}
        self._home = self._repository_of_task()

    def criterion(self, criterion: Criterion) -> Recognised:
        """What `criterion` asks for."""
        return self._recognise(criterion, with_facts=True)

    # --- the sources ---------------------------------------------------------------------------------------------------

    def _recognise(self, criterion: Criterion, *, with_facts: bool) -> Recognised:
        stripped = decoration.strip(criterion.text)
        reading = Reading(self, criterion, stripped, with_facts=with_facts)
        return reading.recognised()

    # --- what is looked up -----------------------------------------------------------------------------------------------

    def scope(self, repository: Repository) -> Scope:
        found = self._scopes.get(repository.name)
        if found is None:
            names = Names(repository.inventory, repository.config)  # type: ignore[arg-type]
            name = None if repository is self._home else repository.name
            found = self._scopes[repository.name] = Scope(repository, names, name)
        return found

    @property
    def home(self) -> Scope:
        return self.scope(self._home)

    def others(self) -> list[Scope]:
        """The configured other repositories: where a name that home does not know is looked for."""
        configured = self.workspace.home.config.repositories
        return [
            self.scope(each)
            for name, each in (*self.workspace.others.items(), (self.workspace.home.name, self.workspace.home))
            if name in configured and each is not self._home
        ]

    def is_repository(self, folded: str) -> bool:
        return folded in self._repositories

    def repository(self, folded: str) -> Repository:
        return self._repositories[folded]

    def facts(self, index: int) -> Facts:
        """What the criteria other than `index` name explicitly."""
        if self._explicit is None:
            self._explicit = {}
            for criterion in self.task.criteria:
                if not criterion.withdrawn:
                    self._explicit[criterion.index] = self._recognise(criterion, with_facts=False).requests
        found = self._facts.get(index)
        if found is None:
            requests = [each for other, some in self._explicit.items() if other != index for each in some]
            found = self._facts[index] = _facts(requests)
        return found

    def _repository_of_task(self) -> Repository:
        """As the planner decides it: front matter's `repository`; else, where the task's own repository is configured to
        hold tasks only and one other to hold manifests, that one; else its own."""
        workspace = self.workspace
        if self.task.repository is not None:
            return workspace.named(self.task.repository) or workspace.home
        entries = workspace.home.config.repositories
        own = entries.get(workspace.home.name)
        elsewhere = [name for name, entry in entries.items() if "manifests" in entry.holds and name in workspace.others]
        if own is not None and "manifests" not in own.holds and len(elsewhere) == 1:
            return workspace.others[elsewhere[0]]
        return workspace.home


def _facts(requests: Sequence[Request]) -> Facts:
    images: dict[str, None] = {}
    versions: dict[str, set[str]] = {}
    hosts: dict[str, set[str]] = {}
    releases: dict[tuple[str, str | None], None] = {}
    for request in requests:
        arguments = request.arguments
        if request.operation in ("image.build", "image.push", "image.verify") and "image" in arguments:
            images[arguments["image"]] = None
            if "tag" in arguments and request.operation != "image.verify":
                versions.setdefault(arguments["image"], set()).add(arguments["tag"])
            if "registry" in arguments:
                hosts.setdefault(arguments["image"], set()).add(arguments["registry"])
        elif request.operation == "helmrelease.bump" and "name" in arguments:
            releases[(arguments["name"], arguments.get("namespace"))] = None
    return Facts(
        tuple(images),
        {name: frozenset(each) for name, each in versions.items()},
        {name: frozenset(each) for name, each in hosts.items()},
        tuple(releases),
    )


class Reading:
    """One criterion under way."""

    def __init__(
        self, recogniser: Recogniser, criterion: Criterion, stripped: decoration.Stripped, *, with_facts: bool
    ) -> None:
        self.whole, self.criterion, self.stripped = recogniser, criterion, stripped
        self.stem = stripped.stem
        self.with_facts = with_facts
        self.remarks: list[str] = []

    def recognised(self) -> Recognised:
        try:
            return self._sentence()
        except Stop as stop:
            return Recognised(self.stem, (), stop.as_cannot())

    # --- the sentence -----------------------------------------------------------------------------------------------------

    def _sentence(self) -> Recognised:
        scope = self._mentioned() or self.whole.home
        tokens = self._tokens(self.stem, scope)
        if len(tokens) == 1:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "there is no text")
        if self._is_persons(tokens):
            raise Unresolved(
                ReasonCode.PERSON,
                f'"{tokens[0].text}" is a person\'s work; when it is done: executor tick {self.whole.task.path} '
                f"{self.criterion.index} --by NAME --note TEXT",
            )
        found = self._read(self.stem, tokens, scope)
        if found is None and self._unknown(tokens):
            found = self._elsewhere(scope)
        return found or self._stopped(tokens, scope)

    def _read(self, stem: str, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """The reading of the whole sentence, or of what stands before its notes."""
        for text, words in self._without_notes(stem, tokens, scope):
            parse = Parse(words)
            readings = self.whole.grammar.readings("sentence", parse)
            self.far = parse.far if text is stem else self.far
            if readings:
                return self._resolved(text, words, readings, scope)
        return None

    def _without_notes(self, stem: str, tokens: Sequence[Token], scope: Scope) -> Any:
        yield stem, tokens
        for shorter in decoration.without_note(stem, tokens, self.whole.lexer, scope.names):
            yield shorter, self._tokens(shorter, scope)

    def _resolved(self, stem: str, tokens: Sequence[Token], readings: Sequence[Any], scope: Scope) -> Recognised:
        setting = self._setting(scope, Source.SENTENCE)
        outcomes: list[Recognised] = []
        for asks in readings:
            if asks not in [each for each in readings[: readings.index(asks)]]:
                outcomes.append(self._outcome(stem, tokens, asks, setting))
        good = [each for each in outcomes if each.cannot is None]
        distinct = _distinct_outcomes(good or outcomes)
        if len(distinct) > 1:
            what = " or ".join(_told(each.requests) for each in distinct[:3])
            cannot = Cannot(
                Status.UNRESOLVED, ReasonCode.AMBIGUOUS, f"it can be read in several ways: {what}; say which"
            )
            return replace(distinct[0], requests=(), cannot=cannot)
        return distinct[0]

    def _outcome(self, stem: str, tokens: Sequence[Token], asks: Sequence[Ask], setting: Setting) -> Recognised:
        words = tuple(self._word(token, None) for token in tokens[:-1])
        try:
            return Recognised(stem, resolve(asks, setting), None, words)
        except Incomplete as incomplete:
            return Recognised(stem, incomplete.requests, incomplete.stop.as_cannot(), words)

    def _stopped(self, tokens: Sequence[Token], scope: Scope) -> Recognised:
        """No reading: which word stopped it, and what would work."""
        at = min(self.far, len(tokens) - 1)
        unknown = next((i for i, token in enumerate(tokens[:-1]) if not token.bits & ~self._weak), None)
        if unknown is not None and unknown < at:
            at = unknown
        words = tuple(self._word(token, at == i) for i, token in enumerate(tokens[:-1]))
        token = tokens[at]
        if at == len(tokens) - 1:
            before = tokens[at - 1].text
            cannot = Cannot(Status.UNRESOLVED, ReasonCode.NOT_UNDERSTOOD, f'something is missing behind "{before}"')
            return Recognised(self.stem, (), cannot, words)
        near = scope.names.near(token.text) if not token.bits & ~self._weak and token.text[:1].isalpha() else []
        if near and at > 0:
            reason = f'"{token.text}" is no name here; nearest: {", ".join(near)}'
            return Recognised(self.stem, (), Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, reason), words)
        code = ReasonCode.WORD_LEFT if at > 0 else ReasonCode.NOT_UNDERSTOOD
        return Recognised(self.stem, (), Cannot(Status.UNRESOLVED, code, f'"{token.text}" was not understood'), words)

    # --- words -----------------------------------------------------------------------------------------------------------------

    @property
    def _weak(self) -> int:
        """Classes that an unknown word has too."""
        return self.whole.lexer.bit("ANY") | self.whole.lexer.bit("IDENTIFIER") | self.whole.lexer.bit("CODE")

    def _tokens(self, text: str, scope: Scope) -> list[Token]:
        known = Known(scope.names, self.whole.is_repository, self._exists_in(scope), lambda text: False)
        return self.whole.lexer.tokens(text, known)

    def _exists_in(self, scope: Scope) -> Any:
        root = scope.repository.root

        def exists(path: str) -> bool:
            if not path or "\0" in path or len(path) > 1000:
                return False
            inside = (root / path).resolve()
            return inside.is_relative_to(root.resolve()) and inside.exists()

        return exists

    def _word(self, token: Token, stopped: bool | None) -> Word:
        return Word(token.start, token.end, "stopped" if stopped else taken_for(token, self.whole.lexer.bit))

    def _unknown(self, tokens: Sequence[Token]) -> bool:
        return any(not token.bits & ~self._weak for token in tokens[:-1])

    def _is_persons(self, tokens: Sequence[Token]) -> bool:
        return bool(tokens[0].bits & self.whole.lexer.bit("PERSON")) and not tokens[0].code

    # --- repositories -------------------------------------------------------------------------------------------------------------

    def _mentioned(self) -> Scope | None:
        """The one other repository that the sentence names, also as the first part of a path."""
        words = {word for word in re.findall(r"[\w.-]+", self.stem.casefold()) if self.whole.is_repository(word)}
        scopes = [self.whole.scope(self.whole.repository(word)) for word in words]
        others = [scope for scope in scopes if scope.name is not None]
        return others[0] if len(others) == 1 and len(scopes) == 1 else None

    def _elsewhere(self, scope: Scope) -> Recognised | None:
        """A sentence whose names are not known at home but in exactly one of the configured other repositories."""
        if scope.name is not None:
            return None
        far = self.far
        found = [self._read(self.stem, self._tokens(self.stem, other), other) for other in self.whole.others()]
        self.far = far
        read = [each for each in found if each is not None]
        return read[0] if len(read) == 1 else None

    # --- what stands around the sentence --------------------------------------------------------------------------------------------

    def _setting(self, scope: Scope, source: Source) -> Setting:
        version, said = self._version(scope)
        index = self.criterion.index
        return Setting(
            names=scope.names,
            line=self.criterion.line,
            source=source,
            repository=scope.name,
            registry=scope.repository.config.registry.url or self.whole.workspace.home.config.registry.url,
            host_of_task=self.whole.task.registry,
            version=version,
            version_said=said,
            facts=(lambda: self.whole.facts(index)) if self.with_facts else Facts,
            exists=self._exists_in(scope),
            read=self._reader(scope),
            remark=self.remarks.append,
        )

    def _reader(self, scope: Scope) -> Any:
        root = scope.repository.root

        def read(path: str) -> str | None:
            try:
                return (root / path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                return None

        return read

    def _version(self, scope: Scope) -> tuple[Wanted | None, str]:
        """The version of the nearest heading that has one, else of the front matter."""
        own = self._front_matter_version()
        for heading in reversed(self.criterion.headings):
            found = self._heading_version(heading, scope)
            if found is not None:
                if own is not None and own.text != found.text:
                    self.remarks.append(
                        f'version {found.text} of the heading "{heading}", not {own.text} of the front matter'
                    )
                return found, f'the heading "{heading}"'
        return own, "the front matter"

    def _front_matter_version(self) -> Wanted | None:
        text = self.whole.task.version
        if not text:
            return None
        return wanted(self._tokens(str(text), self.whole.home)[0])

    def _heading_version(self, heading: str, scope: Scope) -> Wanted | None:
        """A version in a heading counts unless it is another thing's ("Kubernetes 1.30") or the heading's number."""
        tokens = self._tokens(heading, scope)
        version = self.whole.lexer.bit("VERSION")
        at = [i for i, token in enumerate(tokens) if token.bits & version]
        if len(at) != 1 or tokens[at[0]].value.kind == "two" and at[0] == 0:
            return None
        before = tokens[at[0] - 1] if at[0] else None
        if before is not None and not before.bits & ~self._weak:
            return None
        return wanted(tokens[at[0]])


def taken_for(token: Token, bit: Any) -> str:
    """What a word was taken for, for people."""
    for name, classes in _TAKEN.items():
        if any(token.bits & bit(each) for each in classes):
            return name
    return "word" if token.bits else "unknown"


_TAKEN: Mapping[str, tuple[str, ...]] = {
    "command": ("COMMAND",),
    "image": ("IMAGE_REF", "IMAGE_NAME"),
    "version": ("VERSION", "DIGEST", "RANGE", "LATEST"),
    "placeholder": ("PLACEHOLDER",),
    "registry": ("HOST",),
    "path": ("PATH",),
    **{name: tuple(classes.split()) for name, classes in TAKEN_FOR.items()},
    "name": ("NAME", "SPACE", "PLACE", "IDENTIFIER"),
    "repository": ("REPO",),
    "place": ("STAGE",),
    "value": ("CODE", "KEY", "NUMBER", "SETTING"),
}


def _distinct_outcomes(outcomes: Sequence[Recognised]) -> list[Recognised]:
    found: list[Recognised] = []
    for each in outcomes:
        if not any(each.requests == other.requests and _code(each) == _code(other) for other in found):
            found.append(each)
    return found


def _code(recognised: Recognised) -> ReasonCode | None:
    return recognised.cannot.code if recognised.cannot is not None else None


def _told(requests: Sequence[Request]) -> str:
    return (
        " and ".join(
            f"{request.operation}({', '.join(f'{key}={value}' for key, value in request.arguments.items())})"
            for request in requests
        )
        or "nothing"
    )


__all__ = ["Ask", "Blocked", "Place", "Recogniser", "Refused"]
