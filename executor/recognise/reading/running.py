"""Commands: in the text, in a fence of the item, in a section of the task file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from executor.errors import Stop, Unresolved
from executor.models import Recognised, Request, Source
from executor.reasons import ReasonCode
from executor.recognise import commanding, commands, sections, shell
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask
from executor.recognise.resolve import Incomplete, resolve, separable
from executor.recognise.words import fold
from executor.values import replace

if TYPE_CHECKING:
    from executor.taskfile.model import CodeBlock, CommandSection


from executor.recognise.reading import around
from executor.recognise.reading.scope import Scope
from executor.recognise.reading.sentences import Sentences


class Commands(Sentences):
    """Reading commands with the words around them."""

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
        before, after = [*tokens[: at[0]], tokens[-1]], tokens[at[-1] + 1 :]
        if len(at) == 2:  # "both" is said of two of them, and adds nothing
            both = self.whole.lexer.bit("BOTH")
            before, after = ([each for each in words if not each.bits & both] for words in (before, after))
        lines = [str(tokens[i].value) for i in at]
        return self._run(lines, tokens, before, after, scope=scope, source=Source.COMMAND)

    def _fenced(self, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """A fence in the item, under a sentence that announces it."""
        if not self.criterion.blocks:
            return None
        lines: list[str] = []
        for block in self.criterion.blocks:
            if _language(block) not in _SHELLS:
                what = f'line {block.line}: the fenced block is no command (its language is "{block.info}")'
                raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f"{what}; give it the info string bash, or operation")
            lines += shell.lines(block.text)
        if not lines:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "the fenced block holds no command")
        return self._run(lines, tokens, self._announcing(tokens), [tokens[-1]], scope=scope, source=Source.COMMAND)

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
        if any(_language(block) not in _SHELLS for block in section.blocks):
            return None
        limited = self._limited_commands(section, scope)
        if limited is not None:
            what = f"its commands (line {section.line}) stand under {limited}"
            raise Unresolved(ReasonCode.WORD_LEFT, f"{what}; write the command into the criterion if it is meant")
        lines = [line for block in section.blocks for line in shell.lines(block.text)]
        try:
            found = self._run(lines, tokens, self._announcing(tokens), [tokens[-1]], scope=scope, source=Source.SECTION)
        except Stop:
            return None
        if found.cannot is None:
            requests = tuple(replace(each, line=section.line) for each in found.requests)
            return replace(found, requests=requests)
        return None

    def _limited_commands(self, section: CommandSection, scope: Scope) -> str | None:
        """What the headings and words around commands say that may limit them."""
        said = [(around.TOPIC, text) for text in section.above] + [(around.TITLE, text) for text in section.prose]
        for how, text in said:
            word = "or" if re.match(r"or\b", fold(text)) else self._limit(text, how, scope)
            if word is not None:
                return f'"{text}", and "{word}" may limit them'
        return None

    def _run(
        self,
        lines: Sequence[str],
        tokens: Sequence[Token],
        before: Sequence[Token],
        after: Sequence[Token],
        *,
        scope: Scope,
        source: Source,
    ) -> Recognised:
        """Command lines and the words around them, as requests or a reason."""
        typed: list[commands.Typed] = []
        stop: Stop | None = None
        for line in lines:
            try:
                typed += commands.understand(line, scope.exists, self._scripts(scope))
            except Stop as found:
                stop = stop or found
        words = self._words(tokens)
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
            make=lambda operation, arguments: self._request(operation, arguments, source, scope),
            resolve=lambda asks: resolve(asks, setting),
            partly=partly,
            bit=self.whole.lexer.bit,
        )

    def _known(self, typed: Sequence[commands.Typed], source: Source, scope: Scope) -> tuple[Request, ...]:
        return tuple(self._request(each.operation, each.arguments, source, scope) for each in typed)

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


def _language(block: CodeBlock) -> str:
    return block.info.split()[0].casefold() if block.info.split() else ""


_SHELLS = frozenset({"", "bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "shellsession"})
