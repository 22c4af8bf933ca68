"""What stands around a sentence: the criterion itself, its headings and parents, the front matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any

from executor.models import Request, Source, Word
from executor.recognise import decoration
from executor.recognise.lexer import Token
from executor.recognise.meaning import Wanted
from executor.recognise.names import Entry
from executor.recognise.reading import around
from executor.recognise.resolve import Facts, Setting, has_stage
from executor.recognise.rules.phrases import wanted

if TYPE_CHECKING:
    from executor.taskfile.model import Criterion


from executor.recognise.reading.scope import Scope, Whole


class Surroundings:
    """One criterion under way, and where it stands."""

    def __init__(
        self, recogniser: Whole, criterion: Criterion, stripped: decoration.Stripped, *, with_facts: bool
    ) -> None:
        self.whole, self.criterion, self.stripped = recogniser, criterion, stripped
        self.stem = stripped.stem
        self.with_facts = with_facts
        self.remarks: list[str] = []
        self.far = 0
        self.asked_for_facts = False
        self.within: Scope | None = None
        """The repository that the sentence is read against, where that is settled already."""

    def _facts(self) -> Facts:
        """What the other criteria name; nothing while they themselves are being read for that."""
        self.asked_for_facts = True
        return self.whole.facts(self.criterion.index) if self.with_facts else Facts()

    def _tick(self) -> str:
        """What a person types who has done it."""
        return f"executor tick {quote(str(self.whole.task.path))} {abs(self.criterion.index)} --by NAME --note TEXT"

    def _tokens(self, text: str, scope: Scope, *, liberal: bool = False) -> list[Token]:
        known = self.whole.known(scope)
        return self.whole.lexer.tokens(text, known, liberal=liberal)

    def _words(self, tokens: Sequence[Token], stopped: int = -1) -> tuple[Word, ...]:
        """What the words of a sentence were taken for; `stopped`: the place of the one that stopped it."""
        taken_for = self.whole.lexer.taken_for
        found = [Word(token.start, token.end, taken_for(token)) for token in tokens[:-1]]
        if 0 <= stopped < len(found):
            found[stopped] = Word(tokens[stopped].start, tokens[stopped].end, "stopped")
        return tuple(found)

    def tokens(self, text: str, scope: Scope) -> list[Token]:
        """The typed words of a text, with the empty one that closes them."""
        return self._tokens(text, scope)

    def _request(self, operation: str, arguments: Mapping[str, Any], source: Source, scope: Scope) -> Request:
        return Request(operation, dict(arguments), source, self.criterion.line, scope.name)

    def _setting(self, scope: Scope, source: Source) -> Setting:
        version, said, of = self._version(scope)
        above, above_said = self._places_above(scope)
        return Setting(
            names=scope.names,
            name=scope.repository.name,
            line=self.criterion.line,
            source=source,
            repository=scope.name,
            registry=scope.repository.config.registry.url or self.whole.workspace.home.config.registry.url,
            host_of_task=self.whole.task.registry,
            version=version,
            version_said=said,
            version_of=of,
            explicit=not self.with_facts,
            above=above,
            above_said=above_said,
            facts=self._facts,
            exists=scope.exists,
            read=self._reader(scope),
            remark=self.remarks.append,
            inventory=scope.repository.inventory,
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
        for heading in self._above():
            found = self._heading_version(heading, scope)
            if found is not None:
                if own is not None and own.text != found.text:
                    self.remarks.append(
                        f'version {found.text} of the heading "{heading}", not {own.text} of the front matter'
                    )
                name = self.whole.lexer.bit("NAME")
                named = (token.entry for token in self._tokens(heading, scope) if token.bits & name)
                return found, f'the heading "{heading}"', tuple(each for each in named if each is not None)
        return own, "the front matter", ()

    def _places_above(self, scope: Scope) -> tuple[tuple[str, ...], str]:
        """ "### Production": environments or clusters that a heading names, where the repository has their folders; and
        what says so."""
        bits = self.whole.lexer.bit("STAGE") | self.whole.lexer.bit("PLACE")
        for text in self._above():
            found = [token.text for token in self._tokens(text, scope) if token.bits & bits]
            known = [stage for word in found if (stage := has_stage(scope.names, word)) is not None]
            if known:
                return tuple(dict.fromkeys(known)), f'"{text}" above it'
        return (), ""

    def _front_matter_version(self) -> Wanted | None:
        text = self.whole.task.version
        if not text:
            return None
        tokens = self._tokens(str(text), self.whole.home)
        said = sum(self.whole.lexer.bit(each) for each in ("VERSION", "RANGE", "DIGEST", "PLACEHOLDER"))
        return wanted(tokens[0]) if len(tokens) == 2 and tokens[0].bits & said else Wanted("vague", str(text))

    def _heading_version(self, heading: str, scope: Scope) -> Wanted | None:
        """A version in a heading counts unless it is another thing's ("Kubernetes 1.30") or the heading's number."""
        tokens = self._tokens(heading, scope)
        version = self.whole.lexer.bit("VERSION")
        at = [i for i, token in enumerate(tokens) if token.bits & version]
        if len(at) != 1 or (tokens[at[0]].value.kind == "two" and at[0] == 0):
            return None
        before = tokens[at[0] - 1] if at[0] else None
        if before is not None and not before.bits & self.whole.lexer.before_version:
            return None
        return wanted(tokens[at[0]])

    def _parents(self) -> Iterator[Criterion]:
        """The items that it stands below, the nearest first."""
        parent = self.criterion.parent
        while parent is not None:
            criterion = self.whole.task.criterion(parent)
            yield criterion
            parent = criterion.parent

    def _above(self) -> Iterator[str]:
        """Parents, the paragraph that leads to the list, and headings, the nearest first: what they say of version and
        place holds below them."""
        yield from (parent.text for parent in self._parents())
        if self.criterion.lead:
            yield self.criterion.lead
        yield from reversed(self.criterion.headings)

    def _limited(self, scope: Scope) -> str | None:
        """What above or beside the criterion limits what stands there, with the word that does."""
        title, *prose = self.criterion.prose or ("",)
        texts = [(around.TITLE, f'the heading "{title}"', title)]
        texts += [(around.TOPIC, f'the heading "{heading}"', heading) for heading in self.criterion.headings]
        texts += [(around.TITLE, f'"{text}"', text) for text in prose]
        texts += [(around.LEAD, f'"{text}"', text) for text in (self.criterion.lead, *self.criterion.beside)]
        texts += [(around.TOPIC, f'line {parent.line}, "{parent.text}"', parent.text) for parent in self._parents()]
        for how, what, text in texts:
            word = self._limit(text, how, scope) if text else None
            if word is not None:
                return f'{what}, and "{word}" may limit it'
        parent = next((each for each in self._parents() if self._is_persons(self._tokens(each.text, scope))), None)
        return None if parent is None else f'line {parent.line}, "{parent.text}", which is a person\'s work'

    def _limit(self, text: str, how: str, scope: Scope) -> str | None:
        if (text, how) not in scope.limits:
            words = self._tokens(text, scope)[:-1]
            scope.limits[text, how] = around.limit(
                text, words, self.whole.lexer, how, known_stage=lambda word: bool(has_stage(scope.names, word))
            )
        return scope.limits[text, how]

    def _is_persons(self, tokens: Sequence[Token]) -> bool:
        return bool(tokens[0].bits & self.whole.lexer.bit("PERSON")) and not tokens[0].code
