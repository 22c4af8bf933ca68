"""A criterion to what it asks for, source by source (criteria.md): block, command, section, sentence, plugin.

One `Recogniser` serves one task; what it learns of the repository is read once, at the first word that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from executor.errors import Stop, Unresolved
from executor.models import Cannot, Recognised, Request, Source, Status, Word
from executor.reasons import ReasonCode
from executor.recognise import commanding, commands, decoration, plugins, sections, shell, suggest
from executor.recognise.blocks import is_operation
from executor.recognise.blocks import requests as block_requests
from executor.recognise.grammar import Parse
from executor.recognise.lexer import Known, Token
from executor.recognise.meaning import Ask, Wanted
from executor.recognise.names import Entry, Names, is_named, names_of
from executor.recognise.phrases import Phrase, compile_all
from executor.recognise.resolve import Facts, Incomplete, Setting, has_stage, resolve, separable
from executor.recognise.rules import table
from executor.recognise.rules.phrases import wanted
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.repository import Repository, Workspace
    from executor.taskfile.model import Criterion, TaskFile


@dataclass(frozen=True)
class Scope:
    """A repository that a sentence is read against. `name` is None for the one that the task works in."""

    repository: Repository
    names: Names
    name: str | None
    known: dict[str, bool] = field(default_factory=dict)

    def exists(self, path: str) -> bool:
        """Whether a repository path exists; looked up once."""
        found = self.known.get(path)
        if found is None:
            leaves = not path or path[0] in "/~" or "\0" in path or ".." in path.split("/") or len(path) > 1000
            found = self.known[path] = not leaves and (self.repository.root / path).exists()
        return found


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
        known = self.known(self.home)
        return compile_all(entries, lambda sentence: self.lexer.tokens(sentence, known), self.lexer.bit)

    def criterion(self, criterion: Criterion) -> Recognised:
        """What `criterion` asks for."""
        known = self._settled.get(criterion.index)
        return known if known is not None else self._recognise(criterion, with_facts=True)

    # --- the sources ------------------------------------------------------------------------------------------------

    def _recognise(self, criterion: Criterion, *, with_facts: bool) -> Recognised:
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
            found = Known(scope.names, self.is_repository, scope.exists, commands.is_command)
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
            parse = Parse(words)
            found = self._readings[key] = (self.grammar.readings("sentence", parse), parse.far)
        return found

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


class Reading:
    """One criterion under way."""

    def __init__(
        self, recogniser: Recogniser, criterion: Criterion, stripped: decoration.Stripped, *, with_facts: bool
    ) -> None:
        self.whole, self.criterion, self.stripped = recogniser, criterion, stripped
        self.stem = stripped.stem
        self.with_facts = with_facts
        self.remarks: list[str] = []
        self.far = 0
        self.asked_for_facts = False

    def _facts(self) -> Facts:
        """What the other criteria name; nothing while they themselves are being read for that."""
        self.asked_for_facts = True
        return self.whole.facts(self.criterion.index) if self.with_facts else Facts()

    def recognised(self) -> Recognised:
        """Source by source, the first that says something counts."""
        try:
            return replace(self._first_source(), remarks=tuple(dict.fromkeys(self.remarks)))
        except Stop as stop:
            return Recognised(self.stem, (), stop.as_cannot())

    def _first_source(self) -> Recognised:
        blocks = [block for block in self.criterion.blocks if is_operation(block)]
        if blocks:
            place = str(self.whole.task.path)
            asked = [each for block in blocks for each in block_requests(block, place, self.whole.is_repository)]
            return Recognised(self.stem, tuple(asked))
        scope = self._mentioned() or self.whole.home
        tokens = self._tokens(self.stem, scope)
        above = self._turned_by()
        if above is not None:
            raise Unresolved(ReasonCode.WORD_LEFT, f"it stands under {above}; write it where nothing limits it")
        if len(tokens) == 1:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "there is no text")
        if self._is_persons(tokens):
            words = tuple(self._word(token, None) for token in tokens[:-1])
            found = Recognised(self.stem, (), self._persons(tokens[0]), words)
            return self._own(found, tokens, scope) or found
        found = (
            self._commanded(tokens, scope)
            or self._fenced(tokens, scope)
            or self._sectioned(tokens, scope)
            or self._sentence(tokens, scope)
        )
        return self._own(found, tokens, scope) or found

    def _own(self, found: Recognised, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """A project's own phrase or recogniser, for a sentence that the grammar does not understand."""
        if found.cannot is None or found.cannot.status is not Status.UNRESOLVED or self._holds_command(tokens):
            return None
        for text, words in self._without_notes(self.stem, tokens, scope):
            asked = self._by_phrase(words) or self._by_plugin(text, words, scope)
            if asked:
                requests = tuple(self._request(name, args, Source.PLUGIN, scope) for name, args in asked)
                return Recognised(text, requests, None, tuple(self._word(token, None) for token in words[:-1]))
        return None

    def _holds_command(self, tokens: Sequence[Token]) -> bool:
        command = self.whole.lexer.bit("COMMAND")
        return bool(self.criterion.blocks) or any(token.bits & command for token in tokens)

    def _by_phrase(self, words: Sequence[Token]) -> list[tuple[str, Mapping[str, Any]]]:
        bit = self.whole.lexer.bit
        ways = [(phrase, phrase.match(words, bit)) for phrase in self.whole.phrases]
        found = [(phrase.entry.operation, phrase.arguments(slots)) for phrase, slots in ways if slots is not None]
        if len(found) > 1:
            raise Unresolved(ReasonCode.AMBIGUOUS, "two phrases of executor.toml match it; make one of them narrower")
        return list(found)

    def _by_plugin(self, text: str, words: Sequence[Token], scope: Scope) -> Sequence[tuple[str, Mapping[str, Any]]]:
        installed = plugins.recognisers()
        if not installed:
            return ()
        version = self._version(scope)[0]
        taken = tuple((token.text, self.whole.lexer.taken_for(token)) for token in words[:-1])
        sentence = plugins.Sentence(
            text, taken, self.criterion.headings, version.text if version else None, scope.repository.root
        )
        answers = [(name, answer) for name, recognise in installed if (answer := _asked(name, recognise, sentence))]
        if len(answers) > 1:
            names = " and ".join(name for name, _ in answers)
            raise Unresolved(ReasonCode.AMBIGUOUS, f"two recognisers claim it: {names}; uninstall one")
        return answers[0][1] if answers else ()

    def _turned_by(self) -> str | None:
        """A heading or parent above the criterion that limits or turns around what stands below it."""
        above = [(f'the heading "{heading}"', heading) for heading in self.criterion.headings]
        parent = self.criterion.parent
        while parent is not None:
            criterion = self.whole.task.criterion(parent)
            above.append((f'line {criterion.line}, "{criterion.text}"', criterion.text))
            parent = criterion.parent
        return next((what for what, text in above if turns_around(text)), None)

    def _persons(self, token: Token) -> Cannot:
        return Cannot(
            Status.UNRESOLVED,
            ReasonCode.PERSON,
            f'"{token.text}" is a person\'s work; when it is done: executor tick {self.whole.task.path} '
            f"{self.criterion.index} --by NAME --note TEXT",
        )

    # --- commands ---------------------------------------------------------------------------------------------------

    def _commanded(self, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """Commands in the text, with the words around them."""
        command = self.whole.lexer.bit("COMMAND")
        at = [i for i, token in enumerate(tokens) if token.bits & command]
        if not at:
            return None
        if self.criterion.blocks:
            raise Unresolved(ReasonCode.AMBIGUOUS, "a command in the text and a fenced block; write one of them")
        joining = [token for token in tokens[at[0] : at[-1]] if not token.bits & command]
        if any(token.text.casefold() not in (",", "and", "then", "&", "+") for token in joining):
            stop = next(token for token in joining if token.text.casefold() not in (",", "and", "then", "&", "+"))
            return self._stopped_at(tokens, tokens.index(stop))
        before = [*tokens[: at[0]], tokens[-1]]
        lines = [str(tokens[i].value) for i in at]
        return self._run(lines, tokens, before, tokens[at[-1] + 1 :], scope, Source.COMMAND)

    def _fenced(self, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """A fence in the item, under a sentence that announces it."""
        if not self.criterion.blocks:
            return None
        lines: list[str] = []
        for block in self.criterion.blocks:
            if block.info.split()[:1] and block.info.split()[0].casefold() not in _SHELLS:
                what = f'line {block.line}: the fenced block is no command (its language is "{block.info}")'
                raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f"{what}; give it the info string bash, or operation")
            lines += shell.lines(block.text)
        if not lines:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "the fenced block holds no command")
        return self._run(lines, tokens, self._announcing(tokens), [tokens[-1]], scope, Source.COMMAND)

    def _announcing(self, tokens: Sequence[Token]) -> list[Token]:
        """The words in front of a fence, closed by a colon."""
        end = tokens[-1]
        if len(tokens) > 1 and tokens[-2].text == ":":
            return list(tokens)
        colon = Token(":", end.start, end.end)
        colon.bits = self.whole.lexer.bit("':'")
        return [*tokens[:-1], colon, end]

    def _sectioned(self, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """A command section that belongs to this criterion. It counts only if all of it may run and the criterion's
        words agree with it; else the sentence is read by itself."""
        in_front = self.criterion.text[: self.stripped.start]
        section = sections.linked(self.whole.task, self.criterion, in_front, self.stem)
        if section is None:
            return None
        lines = [line for block in section.blocks for line in shell.lines(block.text)]
        try:
            found = self._run(lines, tokens, self._announcing(tokens), [tokens[-1]], scope, Source.SECTION)
        except Stop:
            return None
        if found.cannot is None:
            requests = tuple(replace(each, line=section.line) for each in found.requests)
            return replace(found, requests=requests)
        return None

    def _run(
        self,
        lines: Sequence[str],
        tokens: Sequence[Token],
        before: Sequence[Token],
        after: Sequence[Token],
        scope: Scope,
        source: Source,
    ) -> Recognised:
        """Command lines and the words around them, as requests or a reason."""
        typed: list[commands.Typed] = []
        stop: Stop | None = None
        for line in lines:
            try:
                typed += commands.understand(line, self._exists_in(scope), self._scripts(scope))
            except Stop as found:
                stop = stop or found
        words = tuple(self._word(token, None) for token in tokens[:-1])
        understood = commanding.around(self.whole.grammar, before, after)
        if isinstance(understood, int):
            if stop is not None and self._put_forward(before, after):
                return Recognised(self.stem, self._known(typed, source, scope), stop.as_cannot(), words)
            word = before[understood] if understood < len(before) - 1 else after[understood - len(before)]
            return self._stopped_at(tokens, tokens.index(word) if word in tokens else len(tokens) - 2)
        if stop is not None:
            return Recognised(self.stem, self._known(typed, source, scope), stop.as_cannot(), words)
        try:
            requests = self._agreed(typed, understood, scope, source)
            separable(requests)
            return Recognised(self.stem, requests, None, words)
        except Incomplete as incomplete:
            return Recognised(self.stem, incomplete.requests, incomplete.stop.as_cannot(), words)
        except Stop as stopped:
            return Recognised(self.stem, (), stopped.as_cannot(), words)

    def _agreed(
        self, typed: Sequence[commands.Typed], understood: commanding.Around, scope: Scope, source: Source
    ) -> tuple[Request, ...]:
        setting = self._setting(scope, source)

        def partly(asks: Sequence[Ask]) -> tuple[Request, ...]:
            try:
                return resolve(asks, setting)
            except Incomplete as incomplete:
                return incomplete.requests

        return commanding.requests(
            typed,
            understood,
            lambda operation, arguments: self._request(operation, arguments, source, scope),
            lambda asks: resolve(asks, setting),
            partly,
            self.whole.lexer.bit,
        )

    def _known(self, typed: Sequence[commands.Typed], source: Source, scope: Scope) -> tuple[Request, ...]:
        return tuple(self._request(each.operation, each.arguments, source, scope) for each in typed)

    def _request(self, operation: str, arguments: Mapping[str, Any], source: Source, scope: Scope) -> Request:
        return Request(operation, dict(arguments), source, self.criterion.line, scope.name)

    def _put_forward(self, before: Sequence[Token], after: Sequence[Token]) -> bool:
        """Whether the command is what the criterion wants run, though its words are not all understood."""
        negative = self.whole.lexer.negative
        if any(token.bits & negative for token in (*before, *after)):
            return False
        return len(after) == 1 and (len(before) == 1 or before[-2].text in (":", "—"))

    def _scripts(self, scope: Scope) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for image in scope.names.images:
            if image.script:
                found.setdefault(image.script, []).append(image.name)
        return found

    # --- the sentence -----------------------------------------------------------------------------------------------

    def _sentence(self, tokens: Sequence[Token], scope: Scope) -> Recognised:
        found = self._read(self.stem, tokens, scope)
        spoken = scope.names.first_spoken
        if any(token.text.casefold() in spoken for token in tokens):
            liberal = self._tokens(self.stem, scope, liberal=True)
            if len(liberal) != len(tokens):
                found = self._either(found, self._read(self.stem, liberal, scope))
        if found is None and self._unknown(tokens):
            found = self._elsewhere(scope)
        return found or self._stopped(tokens, scope)

    def _either(self, strict: Recognised | None, liberal: Recognised | None) -> Recognised | None:
        """Words that are each something and together a name: only one of the readings may make sense."""
        if strict is None or liberal is None:
            return strict or liberal
        if strict.requests == liberal.requests and _code(strict) == _code(liberal):
            return strict
        what = f"it can be read in several ways: {_told(strict.requests)} or {_told(liberal.requests)}; say which"
        return replace(strict, requests=(), cannot=Cannot(Status.UNRESOLVED, ReasonCode.AMBIGUOUS, what))

    def _read(self, stem: str, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """The reading of the whole sentence, or of what stands before its notes."""
        for text, words in self._without_notes(stem, tokens, scope):
            readings, far = self.whole.readings((self.criterion.index, scope.name), words)
            self.far = far if text is stem else self.far
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
        distinct = _distinct_outcomes(outcomes)
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
        """No reading: the word that stopped it is the first unknown one, or the furthest that any rule came to."""
        at = min(self.far, len(tokens) - 1)
        unknown = next((i for i, token in enumerate(tokens[:-1]) if not token.bits & ~self.whole.lexer.weak), None)
        return self._stopped_at(tokens, at if unknown is None else min(at, unknown), scope)

    def _stopped_at(self, tokens: Sequence[Token], at: int, scope: Scope | None = None) -> Recognised:
        words = tuple(self._word(token, at == i) for i, token in enumerate(tokens[:-1]))
        scope = scope or self.whole.home
        cannot = self._why(tokens, at, scope)
        return Recognised(self.stem, (), cannot, words, self._instead(tokens, at, scope, cannot))

    def _instead(self, tokens: Sequence[Token], at: int, scope: Scope, cannot: Cannot) -> str | None:
        """The nearest wording that works, else an operation block; None where nothing is near."""
        if at == 0 or at >= len(tokens):
            return None
        if cannot.code is ReasonCode.UNKNOWN_NAME:
            return suggest.nearest(self.stem, tokens[at], scope.names.near(tokens[at].text, cutoff=_ALIKE)[0])
        for end in range(at, max(1, at - 3), -1):
            shorter = suggest.shortened(self.stem, tokens, end) if end < len(tokens) - 1 else ""
            if shorter and self._reads(shorter, scope, runs=True):
                return shorter
        return suggest.block(tokens, self.whole.lexer.bit)

    def _reads(self, text: str, scope: Scope, *, runs: bool = False) -> bool:
        """Whether a wording that is about to be offered is understood, and would run."""
        words = self._tokens(text, scope)
        readings = self.whole.grammar.readings("sentence", Parse(words)) if len(words) > 1 else []
        if not readings or not runs:
            return bool(readings)
        return self._resolved(text, words, readings, scope).cannot is None

    def _why(self, tokens: Sequence[Token], at: int, scope: Scope) -> Cannot:
        token, names = tokens[at], scope.names
        if at == len(tokens) - 1:
            what = f'something is missing behind "{tokens[at - 1].text}"'
            return Cannot(Status.UNRESOLVED, ReasonCode.NOT_UNDERSTOOD, what)
        unknown = at > 0 and not token.bits & ~self.whole.lexer.weak and token.text[:1].isalpha()
        near = names.near(token.text, cutoff=_ALIKE) if unknown else []
        if near and self._reads(suggest.nearest(self.stem, token, near[0]), scope):
            reason = f'"{token.text}" is no name here; nearest: {", ".join(near)}'
            return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, reason)
        code = ReasonCode.WORD_LEFT if at > 0 else ReasonCode.NOT_UNDERSTOOD
        return Cannot(Status.UNRESOLVED, code, f'"{token.text}" {_kind_of_stop(token, self.whole.lexer.bit)}')

    # --- words ------------------------------------------------------------------------------------------------------

    def _tokens(self, text: str, scope: Scope, *, liberal: bool = False) -> list[Token]:
        known = self.whole.known(scope)
        return self.whole.lexer.tokens(text, known, liberal=liberal)

    def _exists_in(self, scope: Scope) -> Callable[[str], bool]:
        return scope.exists

    def _word(self, token: Token, stopped: bool | None) -> Word:
        return Word(token.start, token.end, "stopped" if stopped else self.whole.lexer.taken_for(token))

    def _unknown(self, tokens: Sequence[Token]) -> bool:
        return any(not token.bits & ~self.whole.lexer.weak for token in tokens[:-1])

    def _is_persons(self, tokens: Sequence[Token]) -> bool:
        return bool(tokens[0].bits & self.whole.lexer.bit("PERSON")) and not tokens[0].code

    # --- repositories -----------------------------------------------------------------------------------------------

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

    # --- what stands around the sentence ----------------------------------------------------------------------------

    def _setting(self, scope: Scope, source: Source) -> Setting:
        version, said, of = self._version(scope)
        return Setting(
            names=scope.names,
            line=self.criterion.line,
            source=source,
            repository=scope.name,
            registry=scope.repository.config.registry.url or self.whole.workspace.home.config.registry.url,
            host_of_task=self.whole.task.registry,
            version=version,
            version_said=said,
            version_of=of,
            explicit=not self.with_facts,
            stage=self._heading_stage(scope),
            facts=self._facts,
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

    def _version(self, scope: Scope) -> tuple[Wanted | None, str, tuple[Entry, ...]]:
        """The version of the nearest heading that has one, else of the front matter."""
        own = self._front_matter_version()
        for heading in reversed(self.criterion.headings):
            found = self._heading_version(heading, scope)
            if found is not None:
                if own is not None and own.text != found.text:
                    self.remarks.append(
                        f'version {found.text} of the heading "{heading}", not {own.text} of the front matter'
                    )
                named = [token.entry for token in self._tokens(heading, scope) if token.entry is not None]
                return found, f'the heading "{heading}"', tuple(each for each in named if is_named(each))
        return own, "the front matter", ()

    def _heading_stage(self, scope: Scope) -> str | None:
        """ "### Production": an environment or cluster in a heading, where the repository has a folder of that name."""
        bits = self.whole.lexer.bit("STAGE") | self.whole.lexer.bit("PLACE")
        for heading in reversed(self.criterion.headings):
            found = [token.text for token in self._tokens(heading, scope) if token.bits & bits]
            known = [word for word in found if has_stage(scope.names, word)]
            if len(known) == 1:
                return known[0]
            if len(known) > 1:
                raise Unresolved(
                    ReasonCode.AMBIGUOUS,
                    f'the heading "{heading}" names {" and ".join(known)}; say which in the criterion',
                )
        return None

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
        if before is not None and not before.bits & self.whole.lexer.before_version:
            return None
        return wanted(tokens[at[0]])


_ALIKE = 0.75
"""How alike a word has to be to a name that exists to be taken for its misspelling (difflib's ratio)."""


def _asked(name: str, recognise: plugins.Recogniser, sentence: plugins.Sentence) -> Any:
    try:
        return recognise(sentence)
    except Exception as error:
        what = f"the recogniser {name} of another package failed: {type(error).__name__}: {error}"
        raise Unresolved(ReasonCode.NOT_UNDERSTOOD, what) from error


def turns_around(text: str) -> bool:
    """Whether a heading says that what stands below it is not simply to be done ("Optional", "If approved", "Not in
    this task", "Staging only"). Words of order ("After the build", "Before merge", "First") are none."""
    words = re.findall(r"[\w'/-]+", text.casefold())
    return bool(_TURNING & set(words)) or "out of scope" in text.casefold()


_TURNING = frozenset(
    "not never no don't without skip unless except if optional optionally maybe only manual manually deferred later "
    "future someday eventually stretch backlog cancelled canceled withdrawn obsolete rejected postponed rollback "
    "nice-to-have out-of-scope tbd wip proposal draft avoid".split()
)


def _kind_of_stop(token: Token, bit: Any) -> str:
    """Why a word stops a sentence, for people."""
    for classes, words in _STOPS:
        if any(token.bits & bit(each) for each in classes.split()):
            return words
    return "was not used up by any rule"


_STOPS = (
    ("NEGATION", "turns the sentence around; write what is to be, or a criterion for a person"),
    ("CONDITION", "makes it conditional; a criterion runs or does not"),
    ("RESTRICTION", "restricts it in a way that is not understood"),
    ("QUESTION", "makes it a question"),
    ("IMAGE_REF IMAGE_NAME", "is an image, which does not fit there"),
    ("VERSION", "is a version that belongs to nothing here"),
)
_SHELLS = frozenset({"bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "shellsession"})


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
