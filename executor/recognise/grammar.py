"""A small parser for sentences of typed words: rules in, every reading out.

A pattern is written as

    BUILD <images> <version>? ( to | into ) REGISTRY        classes, phrases, words, groups
    x:VERSION  x:<images>                                    captures (a phrase is captured by its own name anyway)
    a?  a*  a+  a | b  ( … )                                 as in regular expressions
    { <version> <registry> <where> }                         any of them, in any order, each at most once

`UPPER` is a word class of `words.py`, a bare word stands for itself, `<phrase>` is another rule of the grammar. The
parser keeps all readings (nothing is greedy), memoises phrases by place, and remembers how far any reading came: the
word there is the one that stopped the sentence. A sentence counts only if a reading uses up every token; two readings
with different meanings are no reading (recogniser.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

Bindings = tuple[tuple[str, Any], ...]
Ends = Sequence[tuple[int, Bindings]]
Action = Callable[[Mapping[str, Any]], Any]


class Typed(Protocol):
    """What the parser needs to know of a token: the set of its classes, as bits."""

    bits: int


class Parse:
    """One sentence under way. `far` is the furthest token that any reading asked for and did not get. `quick`: a way
    that needs a class which no token from there on has is not tried; all readings are found, `far` may fall short."""

    __slots__ = ("classes", "far", "memo", "tokens")

    def __init__(self, tokens: Sequence[Typed], *, quick: bool = False) -> None:
        self.tokens = tokens
        self.memo: dict[tuple[str, int], Ends] = {}
        self.far = 0
        self.classes = _from_each_on(tokens) if quick else None


def _from_each_on(tokens: Sequence[Typed]) -> list[int]:
    """The classes of each token and all behind it."""
    found = [token.bits for token in tokens]
    for at in range(len(found) - 2, -1, -1):
        found[at] |= found[at + 1]
    return found


Matcher = Callable[[Parse, int], Ends]
_NOTHING: Ends = ()


class Grammar:
    """Phrases by name. `bit` gives the class bit of a word or class, new ones as they are met in patterns."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._phrases: dict[str, list[_Way]] = {}
        self._first: dict[str, int] = {}
        self._needed: dict[str, int] = {}
        self._sources: dict[str, list[tuple[str, Action | None]]] = {}
        self._beginning: dict[tuple[str, int], list[tuple[int, list[_Way]]]] = {}
        self._leaves: dict[str, _Node] = {}
        self._tests: dict[str, Action] = {}

    def bit(self, name: str) -> int:
        """The bit of a class (`BUILD`) or of a literal word (`'to'`)."""
        if name not in self._bits:
            self._bits[name] = 1 << len(self._bits)
        return self._bits[name]

    def literals(self) -> dict[str, int]:
        """The words that patterns name, with their bits."""
        return {name[1:-1]: bit for name, bit in self._bits.items() if name[0] == "'"}

    def classes(self) -> dict[str, int]:
        """The word classes that patterns name, with their bits."""
        return {name: bit for name, bit in self._bits.items() if name[0] != "'"}

    def phrase(self, name: str, pattern: str, action: Action | None = None) -> None:
        """One way to say `<name>`. `action` makes its value from the captures (default: them, as a dict, or the only
        one that is called `_`); a value of None rejects the reading."""
        self._sources.setdefault(name, []).append((pattern, action))

    def word(self, name: str, action: Action) -> None:
        """`<name>` is one word that `action` accepts, called with it as `x`. What it says depends on the word alone: it
        makes a class of words, which they get when they are typed (`test`), and not anew for each way that is tried."""
        kind = f"IS_{name.upper()}"
        self._tests[kind] = action
        self.phrase(name, f"x:{kind}", action)

    def tests(self) -> list[tuple[int, Action]]:
        """The classes that words get by a test, as bits."""
        return [(self.bit(kind), action) for kind, action in self._tests.items()]

    def seal(self) -> None:
        """Read the patterns that were added. Cheap; a matcher is made when its way is first tried."""
        nodes = {name: [_Compiler(self, way[0]).compile() for way in ways] for name, ways in self._sources.items()}
        self._first = _FirstSets(nodes).all()
        self._phrases = {
            name: [
                _Way(order, node, self._starts(node), self._sources[name][order][1]) for order, node in enumerate(ways)
            ]
            for name, ways in nodes.items()
        }

    def _needs(self, name: str) -> int:
        """The classes of which `<name>` has one, whichever way it is said; 0 where there is no such set."""
        found = self._needed.get(name)
        if found is None:
            self._needed[name] = 0  # a phrase that holds itself: nothing is known of it there
            found = self._needed[name] = _one_of(way.node.needs(self._needs) for way in self._phrases[name])
        return found

    def _starts(self, node: _Node) -> int:
        bits, empty = node.first(self._first)
        return -1 if empty else bits

    def may_begin(self, name: str, token: Typed) -> bool:
        """Whether `<name>` can begin with that token."""
        return bool(self._first[name] & token.bits)

    def readings(self, name: str, parse: Parse, start: int = 0) -> list[Any]:
        """The values of all readings of `<name>` that reach from `start` to the last token."""
        end = len(parse.tokens) - 1
        return [bindings[0][1] for stop, bindings in self.ends(name, parse, start) if stop == end]

    def _that_begin(self, name: str, here: int) -> list[tuple[int, list[_Way]]]:
        """The ways to say `<name>` that can begin with a token of these classes, by the classes of which each needs
        one: the same few come again and again."""
        found: dict[int, list[_Way]] = {}
        for way in self._phrases[name]:
            if way.starts & here or way.starts == -1:
                found.setdefault(way.needs(self._needs)[0], []).append(way)
        self._beginning[name, here] = list(found.items())
        return self._beginning[name, here]

    def _possible(self, name: str, parse: Parse, start: int) -> list[_Way]:
        """The ways to say `<name>` from `start` that find the classes there which they need, in their order."""
        here = parse.tokens[start].bits & self._first[name]
        groups = self._beginning.get((name, here))
        if groups is None:
            groups = self._that_begin(name, here)
        if parse.classes is None:
            found = [way for _, ways in groups for way in ways]
        else:
            classes = parse.classes[start]
            found = []
            for needed, ways in groups:
                if needed & classes:
                    for way in ways:
                        for mask in way.needed:
                            if not mask & classes:
                                break
                        else:
                            found.append(way)
        if len(found) > 1:
            found.sort(key=_in_order)
        return found

    def ends(self, name: str, parse: Parse, start: int) -> Ends:
        """Every way to read `<name>` from `start`: (end, (("_", value),))."""
        key = (name, start)
        known = parse.memo.get(key)
        if known is not None:
            return known
        parse.memo[key] = _NOTHING  # a phrase that begins with itself reads nothing
        found: list[tuple[int, Bindings]] = []
        for way in self._possible(name, parse, start):
            for end, bindings in way.matcher(self)(parse, start):
                value = _value(bindings, way.action)
                if value is not None and (end, (("_", value),)) not in found:
                    found.append((end, (("_", value),)))
        if not found and start > parse.far:
            parse.far = start
        parse.memo[key] = found
        return found


class _Way:
    """One pattern of a phrase: its place among them, the classes that it can begin with (-1: it may be empty), and its
    action. What else is known of it is worked out when it is first asked for."""

    __slots__ = ("_matcher", "action", "needed", "node", "order", "starts")

    def __init__(self, order: int, node: _Node, starts: int, action: Action | None) -> None:
        self.order, self.node, self.starts, self.action = order, node, starts, action
        self.needed: tuple[int, ...] = ()
        self._matcher: Matcher | None = None

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        """Sets of classes of each of which some token has to have one, the rarest first; the last is any class."""
        if not self.needed:
            self.needed = (*sorted(self.node.needs(phrases), key=int.bit_count), -1)
        return self.needed

    def matcher(self, grammar: Grammar) -> Matcher:
        if self._matcher is None:
            self._matcher = self.node.matcher(grammar)
        return self._matcher


_in_order = attrgetter("order")


class _FirstSets(Mapping[str, int]):
    """Phrase → the classes that it can begin with, worked out when asked for."""

    def __init__(self, nodes: Mapping[str, list[_Node]]) -> None:
        self._nodes = nodes
        self._known: dict[str, int] = {}

    def all(self) -> dict[str, int]:
        return {name: self[name] for name in self._nodes}

    def __getitem__(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0  # a phrase that begins with itself reads nothing
            self._known[name] = _union(node.first(self)[0] for node in self._nodes[name])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


def _value(bindings: Bindings, action: Action | None) -> Any:
    """What a reading means; None for one that says two different things of the same name ("in staging … in prod")."""
    if len(bindings) == 1 and action is None and bindings[0][0] == "_":
        return bindings[0][1]
    captured = dict(bindings)
    if len(captured) != len(bindings) and any(
        captured[name] != value and not hasattr(value, "bits") for name, value in bindings
    ):
        return None
    return action(captured) if action is not None else captured or True


def _union(bits: Iterable[int]) -> int:
    result = 0
    for each in bits:
        result |= each
    return result


def _one_of(ways: Iterable[tuple[int, ...]]) -> int:
    """A set of classes that every one of the ways needs a token of: of each its narrowest; 0 where one needs none."""
    narrowest = [min(reversed(way), key=int.bit_count, default=0) for way in ways]  # the noun, rather than "the"
    return _union(narrowest) if all(narrowest) else 0


class _Node:
    """A piece of a pattern. `first` gives the classes it can begin with and whether it can be empty."""

    def matcher(self, grammar: Grammar) -> Matcher:
        raise NotImplementedError

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        raise NotImplementedError

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        """Sets of classes: whatever it reads holds a token of each set. `phrases` gives one set for a phrase, or 0."""
        return ()


class _Word(_Node):
    def __init__(self, bit: int, capture: str | None, *, common: bool = False) -> None:
        self.bit, self.capture, self.common = bit, capture, common

    def matcher(self, grammar: Grammar) -> Matcher:
        bit, capture = self.bit, self.capture

        def match(parse: Parse, at: int) -> Ends:
            token = parse.tokens[at]
            if token.bits & bit:
                return ((at + 1, ((capture, token),) if capture else ()),)
            parse.far = max(parse.far, at)
            return _NOTHING

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        return self.bit, False

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        return () if self.common else (self.bit,)


class _Phrase(_Node):
    def __init__(self, name: str, capture: str | None) -> None:
        self.name, self.capture = name, capture

    def matcher(self, grammar: Grammar) -> Matcher:
        name, capture = self.name, self.capture or self.name
        starts = grammar._first[name]

        def match(parse: Parse, at: int) -> Ends:
            if not starts & parse.tokens[at].bits:
                parse.far = max(parse.far, at)
                return _NOTHING
            found = grammar.ends(name, parse, at)
            if capture == "_":
                return found
            return [(end, ((capture, value[0][1]),)) for end, value in found]

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        return phrases[self.name], False

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        found = phrases(self.name)
        return (found,) if found else ()


class _Sequence(_Node):
    def __init__(self, parts: Sequence[_Node]) -> None:
        self.parts = parts

    def matcher(self, grammar: Grammar) -> Matcher:
        steps = [part.matcher(grammar) for part in self.parts]

        def match(parse: Parse, at: int) -> Ends:
            states: Ends = ((at, ()),)
            for step in steps:
                states = [(e, b + more) for s, b in states for e, more in step(parse, s)]
                if not states:
                    return _NOTHING
            return states

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        bits = 0
        for part in self.parts:
            more, empty = part.first(phrases)
            bits |= more
            if not empty:
                return bits, False
        return bits, True

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(mask for part in self.parts for mask in part.needs(phrases)))


class _Choice(_Node):
    def __init__(self, ways: Sequence[_Node]) -> None:
        self.ways = ways

    def matcher(self, grammar: Grammar) -> Matcher:
        ways = [(grammar._starts(way), way.matcher(grammar)) for way in self.ways]

        def match(parse: Parse, at: int) -> Ends:
            here = parse.tokens[at].bits
            found = [each for starts, way in ways if starts & here or starts == -1 for each in way(parse, at)]
            if not found and at > parse.far:
                parse.far = at
            return found

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        each = [way.first(phrases) for way in self.ways]
        return _union(bits for bits, _ in each), any(empty for _, empty in each)

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        found = _one_of(way.needs(phrases) for way in self.ways)
        return (found,) if found else ()


class _Repeat(_Node):
    """`?` (at most one), `*` and `+`."""

    def __init__(self, part: _Node, sign: str) -> None:
        self.part, self.least, self.most = part, int(sign == "+"), 1 if sign == "?" else 99

    def matcher(self, grammar: Grammar) -> Matcher:
        step, least, most = self.part.matcher(grammar), self.least, self.most
        starts = grammar._starts(self.part)

        def match(parse: Parse, at: int) -> Ends:
            found: list[tuple[int, Bindings]] = [(at, ())] if least == 0 else []
            if not starts & parse.tokens[at].bits and starts != -1:
                parse.far = max(parse.far, at)
                return found
            states: list[tuple[int, Bindings]] = [(at, ())]
            for _ in range(most):
                states = [(e, b + more) for s, b in states for e, more in step(parse, s) if e > s]
                if not states:
                    break
                found.extend(states)
            return found

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        bits, empty = self.part.first(phrases)
        return bits, empty or self.least == 0

    def needs(self, phrases: Callable[[str], int]) -> tuple[int, ...]:
        return self.part.needs(phrases) if self.least else ()


class _Unordered(_Node):
    """`{ a b c }`: any subset in any order; of `<x> x2:<x>` the second only behind the first, as they say the same."""

    def __init__(self, parts: Sequence[_Node]) -> None:
        self.parts = parts

    def _needed(self, part: _Node) -> int:
        """The part that has to be there first, as a bit."""
        names = [str(getattr(each, "capture", None) or getattr(each, "name", "")) for each in self.parts]
        own = names[self.parts.index(part)]
        before = {"2": own[:-1], "3": own[:-1] + "2"}.get(own[-1:], "")
        return 1 << names.index(before) if before and before in names else 0

    def matcher(self, grammar: Grammar) -> Matcher:
        steps = [
            (1 << i, self._needed(part), grammar._starts(part), part.matcher(grammar))
            for i, part in enumerate(self.parts)
        ]

        def match(parse: Parse, at: int) -> Ends:
            found: list[tuple[int, Bindings]] = [(at, ())]
            states: list[tuple[int, Bindings, int]] = [(at, (), 0)]
            tokens = parse.tokens
            while states:
                parse.far = max(parse.far, states[-1][0])
                states = [
                    (end, bindings + more, used | number)
                    for start, bindings, used in states
                    for number, needed, starts, step in steps
                    if not used & number and used & needed == needed and (starts & tokens[start].bits or starts == -1)
                    for end, more in step(parse, start)
                    if end > start
                ]
                found.extend((end, bindings) for end, bindings, _ in states)
            return found

        return match

    def first(self, phrases: Mapping[str, int]) -> tuple[int, bool]:
        return _union(part.first(phrases)[0] for part in self.parts), True


_END = "(end)"
_ENDING = frozenset((*")}|?*+", _END))
"""What no piece of a pattern begins with."""


def _lexemes(pattern: str) -> list[str]:
    for sign in "(){}|?*+,":
        pattern = pattern.replace(sign, f" {sign} ")
    return [*pattern.split(), _END]


class _Compiler:
    """Recursive descent over a pattern's text."""

    def __init__(self, grammar: Grammar, pattern: str) -> None:
        self.grammar, self.pattern = grammar, pattern
        self.lexemes = _lexemes(pattern)
        self.at = 0

    def compile(self) -> _Node:
        node = self._choice()
        if self.lexemes[self.at] != _END:
            raise self._unreadable()
        return node

    def _unreadable(self) -> ValueError:
        return ValueError(f"grammar: cannot read the pattern {self.pattern!r}")

    def _choice(self) -> _Node:
        ways = [self._sequence()]
        while self.lexemes[self.at] == "|":
            self.at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _Choice(ways)

    def _sequence(self) -> _Node:
        parts = []
        while self.lexemes[self.at] not in _ENDING:
            parts.append(self._repeated())
        return parts[0] if len(parts) == 1 else _Sequence(parts)

    def _repeated(self) -> _Node:
        node = self._atom()
        while (sign := self.lexemes[self.at]) in "?*+":
            self.at += 1
            node = _Repeat(node, sign)
        return node

    def _atom(self) -> _Node:
        word = self.lexemes[self.at]
        self.at += 1
        known = self.grammar._leaves.get(word)
        if known is not None:
            return known
        if word == "(":
            node = self._choice()
            self._close(")")
            return node
        if word == "{":
            parts = []
            while self.lexemes[self.at] != "}":
                parts.append(self._repeated())
            self._close("}")
            return _Unordered(parts)
        capture, colon, name = word.partition(":")
        if not colon or word == ":":
            capture, name = "", word
        if word in _ENDING or not name:
            raise self._unreadable()
        leaf = self.grammar._leaves[word] = self._leaf(name, capture)
        return leaf

    def _leaf(self, name: str, capture: str) -> _Node:
        if name[0] == "<":
            return _Phrase(name[1:-1], capture)
        return _Word(self.grammar.bit(name if name.isupper() else f"'{name}'"), capture, common=name == "ANY")

    def _close(self, sign: str) -> None:
        if self.lexemes[self.at] != sign:
            raise ValueError(f"grammar: {sign} is missing in {self.pattern!r}")
        self.at += 1
