"""The recogniser of a task: what its criteria ask for. What it learns of the repository is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor.models import Cannot, Recognised, Request, Status
from executor.reasons import ReasonCode
from executor.recognise import commands, decoration
from executor.recognise.blocks import is_operation
from executor.recognise.grammar import Parse
from executor.recognise.lexer import Known, Token
from executor.recognise.names import names_of
from executor.recognise.resolve import Facts
from executor.recognise.rules import table
from executor.values import replace

if TYPE_CHECKING:
    from executor.recognise.instead.causes import Causes
    from executor.recognise.phrases import Phrase
    from executor.repository import Repository, Workspace
    from executor.taskfile.model import Criterion, TaskFile


from executor.recognise.reading import Reading, Scope

_REWORDED = (ReasonCode.NOT_FOUND, ReasonCode.RANGE, ReasonCode.SHARED)
"""Of what is understood and blocked: where another wording may say it."""
LONGEST = 1000
"""Characters of a criterion. The longest of 3,600 real ones has 824; what is longer is no sentence, and takes long."""


class Recogniser:
    """Recognises the criteria of one task, in any order."""

    def __init__(self, task: TaskFile, workspace: Workspace) -> None:
        self.task, self.workspace = task, workspace
        self.grammar, self.lexer = table()
        self._scopes: dict[str, Scope] = {}
        self._known: dict[str | None, Known] = {}
        self._named: Named | None = None
        self._settled: dict[int, Recognised] = {}
        self._readings: dict[tuple[Any, ...], tuple[list[Any], int]] = {}
        self._repositories = {each.name.casefold(): each for each in (workspace.home, *workspace.others.values())}
        self._home = self._repository_of_task()
        self.phrases = self._phrases()

    def _phrases(self) -> list[Phrase]:
        """The project's own phrases, their examples run. Raises ConfigError."""
        entries = self.workspace.home.config.phrases
        if not entries:
            return []
        from executor.config import place_of
        from executor.recognise.phrases import compile_all

        known, root = self.known(self.home), self.workspace.home.root
        return compile_all(
            entries,
            lambda sentence: self.lexer.tokens(sentence, known),
            self.lexer.bit,
            lambda number: place_of(root, "phrases", number),
        )

    def criterion(self, criterion: Criterion) -> Recognised:
        """What `criterion` asks for."""
        known = self._settled.get(criterion.index)
        return known if known is not None else self._recognise(criterion, with_facts=True)

    def suggested(self, criterion: Criterion, text: str) -> Recognised:
        """What `criterion` would ask for if it said the first line of `text`, or held the block that it is."""
        lines = text.split("\n")
        said = replace(criterion, index=-criterion.index)
        if not lines[0].startswith("```"):
            return self._recognise(replace(said, text=lines[0]), with_facts=True)
        from executor.taskfile.model import CodeBlock

        block = CodeBlock("\n".join(lines[1:-1]), lines[0].strip("`"), criterion.line)
        return self._recognise(replace(said, blocks=(block,)), with_facts=True)

    def instead(self, criterion: Criterion, found: Recognised, cannot: Cannot) -> Causes | None:
        """What else could be written for `criterion`, which `found` is, and why it stays open (`cannot`: as far as that
        is known). None for what is no sentence alone, or is limited by what stands around it."""
        reading = self._reading_of(criterion, cannot)
        if reading is None:
            return None
        from executor.recognise.instead.causes import Causes

        stopped = next((word.start for word in found.words if word.taken_for == "stopped"), None)
        return Causes(reading, reading.stem, reading.scope, stopped, cannot.reason)

    def lost(self, criterion: Criterion, text: str, effect: str, *, without: Sequence[Token] = ()) -> list[str]:
        """The words of `criterion` (`without`: save these) that the wording `text`, which comes to `effect`, loses."""
        from executor.recognise.instead.covering import uncovered

        reading = Reading(self, criterion, decoration.strip(criterion.text), with_facts=True)
        scope = reading.scope
        dropped = {token.start for token in without}
        tokens = [each for each in reading.tokens(reading.stem, scope) if each.start not in dropped]
        return uncovered(tokens, reading.tokens(text, scope), text, effect, self.lexer)

    def contradicts(self, criterion: Criterion, text: str) -> bool:
        """Whether a text that is to be pasted lacks what the criterion says in code (`KEY: value`)."""
        reading = Reading(self, criterion, decoration.strip(criterion.text), with_facts=True)
        settings = [
            each for each in reading.tokens(reading.stem, reading.scope) if each.bits & self.lexer.bit("SETTING")
        ]
        return any(str(part).strip("\"'") not in text for each in settings if each.code for part in each.value or ())

    def _reading_of(self, criterion: Criterion, cannot: Cannot) -> Reading | None:
        """Of a sentence alone, that nothing around it limits."""
        if criterion.blocks or criterion.more or len(criterion.text) > LONGEST:
            return None
        reading = Reading(self, criterion, decoration.strip(criterion.text), with_facts=True)
        if cannot.status is not Status.UNRESOLVED and cannot.code not in _REWORDED:
            ranged = cannot.code is ReasonCode.NOT_DETERMINATE and any(
                each.bits & self.lexer.bit("RANGE") for each in reading.tokens(reading.stem, reading.scope)
            )
            return reading if ranged and reading.is_free() else None
        return reading if reading.is_free() else None

    # --- the sources ------------------------------------------------------------------------------------------------

    def _recognise(self, criterion: Criterion, *, with_facts: bool) -> Recognised:
        if len(criterion.text) > LONGEST and not any(is_operation(block) for block in criterion.blocks):
            reason = f"{len(criterion.text)} characters are no one thing to be done; split it into criteria"
            return Recognised(criterion.text, (), Cannot(Status.UNRESOLVED, ReasonCode.NOT_UNDERSTOOD, reason))
        stripped = decoration.strip(criterion.text)
        reading = Reading(self, criterion, stripped, with_facts=with_facts)
        recognised = reading.recognised()
        if not reading.asked_for_facts:
            self._settled[criterion.index] = recognised
        return recognised

    # --- what is looked up ------------------------------------------------------------------------------------------

    def scope(self, repository: Repository) -> Scope:
        found = self._scopes.get(repository.name)
        if found is None:
            names = names_of(repository.inventory)
            name = None if repository is self._home else repository.name
            found = self._scopes[repository.name] = Scope(repository, names, name)
        return found

    def known(self, scope: Scope) -> Known:
        """What the lexer is told of a repository; it keeps the words that it typed there."""
        found = self._known.get(scope.name)
        if found is None:
            typed = scope.names.typed
            found = Known(scope.names, self.is_repository, scope.exists, commands.is_command, typed)
            self._known[scope.name] = found
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
        if self._named is None:
            self._named = Named()
            for criterion in self.task.criteria:
                if not criterion.withdrawn:
                    for request in self._recognise(criterion, with_facts=False).requests:
                        self._named.add(criterion.index, request)
        return self._named.without(index)

    def readings(self, whose: tuple[int, str | None], words: Sequence[Token]) -> tuple[list[Any], int]:
        """All readings of a sentence and how far the furthest came; each sentence is parsed once."""
        key = (*whose, len(words), words[-1].end)
        found = self._readings.get(key)
        if found is None:
            parse = Parse(words, quick=True)
            read = self.grammar.readings("sentence", parse)
            if not read and self._may_be_asked(words):
                parse = Parse(words)
                self.grammar.readings("sentence", parse)
            found = self._readings[key] = (read, parse.far)
        return found

    def _may_be_asked(self, words: Sequence[Token]) -> bool:
        """Whether it pays to know how far a sentence without a reading could be read: it says which word stopped it."""
        acts, weak = self.lexer.acts, self.lexer.weak
        return bool(words[0].bits & acts) or all(token.bits & ~weak for token in words[:-1])

    def _repository_of_task(self) -> Repository:
        """As the planner decides it: front matter's `repository`; else, where the task's own repository is configured
        to hold tasks only and one other to hold manifests, that one; else its own."""
        workspace = self.workspace
        if self.task.repository is not None:
            return workspace.named(self.task.repository) or workspace.home
        entries = workspace.home.config.repositories
        own = entries.get(workspace.home.name)
        elsewhere = [name for name, entry in entries.items() if "manifests" in entry.holds and name in workspace.others]
        if own is not None and "manifests" not in own.holds and len(elsewhere) == 1:
            return workspace.others[elsewhere[0]]
        return workspace.home


class Named:
    """What the criteria of a task name, with the criteria that do: `without` leaves one of them out."""

    def __init__(self) -> None:
        self._images: dict[str, set[int]] = {}
        self._versions: dict[str, dict[str, set[int]]] = {}
        self._hosts: dict[str, dict[str, set[int]]] = {}
        self._releases: dict[tuple[str, str | None], set[int]] = {}

    def add(self, index: int, request: Request) -> None:
        arguments = request.arguments
        if request.operation in ("image.build", "image.push", "image.verify") and "image" in arguments:
            image = arguments["image"]
            self._images.setdefault(image, set()).add(index)
            if "tag" in arguments and request.operation != "image.verify":
                self._versions.setdefault(image, {}).setdefault(arguments["tag"], set()).add(index)
            if "registry" in arguments:
                self._hosts.setdefault(image, {}).setdefault(arguments["registry"], set()).add(index)
        elif request.operation == "helmrelease.bump" and "name" in arguments:
            self._releases.setdefault((arguments["name"], arguments.get("namespace")), set()).add(index)

    def without(self, index: int) -> Facts:
        own = {index}
        return Facts(
            tuple(name for name, by in self._images.items() if by - own),
            {name: frozenset(tag for tag, by in tags.items() if by - own) for name, tags in self._versions.items()},
            {name: frozenset(host for host, by in hosts.items() if by - own) for name, hosts in self._hosts.items()},
            tuple(name for name, by in self._releases.items() if by - own),
        )
