"""Other wordings for a sentence that was not understood, or that cannot be done as it stands: from its typed words.

Computed when somebody asks what to write instead (explain, lint, a run's report), never while sentences are read. Each
is only a candidate: the planner takes one that would run, and that says all that the sentence does (covering.py).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from executor.flux.settings import Held, all_held, document, documents, held_by, whole
from executor.recognise.instead import wording
from executor.recognise.instead.covering import alike, atoms, limiting, says_nothing
from executor.recognise.lexer import Token
from executor.recognise.names import AUTOSCALER, AManifest, is_named
from executor.recognise.resolve import has_stage
from executor.recognise.resolve.edits import objects_of
from executor.recognise.versions import is_range
from executor.recognise.words import KINDS_BY_WORD, fold
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.recognise.reading import Reading
    from executor.recognise.reading.scope import Scope

LONGEST = 40
"""Words of a sentence that other wordings are looked for: what is longer is a description."""
MOST = 24
"""Wordings that are tried for one sentence."""
_VALUES = frozenset("true false enabled disabled debug info warn warning error trace json text utc".split())


@dataclass(frozen=True, slots=True)
class Offer:
    """A wording, or several criteria on lines of their own (`- [ ] ` between them). `why` is the reason that it shows
    to be the cause; empty: the reason that was given stays. `instead_of`: words that it replaces by others. `anew`: it
    is made of object, key and value alone, and what stops it, stops the sentence."""

    text: str
    why: str = ""
    instead_of: tuple[Token, ...] = ()
    anew: bool = False


class Offers:
    """One sentence, and what could be written instead of it."""

    def __init__(self, reading: Reading, stem: str, scope: Scope, stopped: int | None = None, reason: str = "") -> None:
        self.reading, self.scope, self.reason = reading, scope, reason
        self.stem, self.lexer = stem, reading.whole.lexer
        self.words = reading.tokens(stem, scope)[:-1]
        self.stopped = next((i for i, each in enumerate(self.words) if each.start == stopped), None)

    def all(self) -> Iterator[Offer]:
        """The likeliest first."""
        if len(self.words) > LONGEST or any(True for _ in limiting(self.words, self.lexer)):
            return
        if any(token.bits & self.lexer.bit("COMMAND") for token in self.words):
            yield from self._command_alone()
            return
        if not self.is_about_something():
            return
        seen = {self.stem}
        for offer in self._each():
            if offer.text not in seen:
                seen.add(offer.text)
                yield offer
            if len(seen) > MOST:
                return

    def is_about_something(self) -> bool:
        """Whether it names what exists, or asks for what operations do and has a value: prose is neither."""
        verbs = self.lexer.acts | self.lexer.acted
        named = self._file() is not None or any(
            token.entry is not None and not says_nothing(token, self.lexer) for token in self.words
        )
        signs = ("→", *_SWITCHED)
        asks = any((token.bits & verbs or fold(token.text) in signs) and not token.code for token in self.words)
        return (named or asks) and (asks or any(map(self._is_marked, self.words)))

    def _is_marked(self, token: Token) -> bool:
        return token.code or token.quoted or token.text == ":" or re.search(r"\d|\w\.\w", token.text) is not None

    def _each(self) -> Iterator[Offer]:
        yield from self._from_range()
        yield from self._as_code()
        yield from self._without_remark()
        yield from self._renamed()
        yield from self._another_verb()
        yield from self._in_file()
        yield from self._settings()
        yield from self._bumps()
        yield from self._each_object()
        yield from self._several()

    # --- the sentence with one thing mended -------------------------------------------------------------------------

    def _command_alone(self) -> Iterator[Offer]:
        """ "Shellcheck passes: `shellcheck x`": what the words say is what it says to run that program."""
        commands = [token for token in self.words if token.bits & self.lexer.bit("COMMAND")]
        program = fold(commands[0].text.split()[0])
        words = {fold(token.text) for token in self.words if token.text[:1].isalpha() and token not in commands}
        if len(commands) == 1 and program in words and words - {program} <= _PASSES:
            yield Offer(
                f"`{commands[0].text}` passes", "the words and the command say the same; write the command alone"
            )

    def _spliced(self, token: Token, text: str) -> str:
        return wording.nearest(self.stem, token, text)

    def _from_range(self) -> Iterator[Offer]:
        """Where a range is to be one version from now on, as the reason asks for: in the sentence, or of the chart."""
        ranged = re.search(r"write from `([^`]+)` to VERSION", self.reason)
        at = next((i for i, token in enumerate(self.words) if token.bits & self.lexer.bit("VERSION")), None)
        if ranged is None or at is None or at < 2 or fold(self.words[at - 1].text) != "to":
            return
        start = self.words[at - 1].start
        yield Offer(f"{self.stem[:start]}from {ranged[1]} {self.stem[start:]}")
        named = [each.text for each in self.words if each.entry is not None and self._is_object(each)]
        if len(named) == 1:
            place = "".join(f" in {stage}" for stage in self._stages())
            yield Offer(f"Bump the {named[0]} chart from {ranged[1]} to {self.words[at].text}{place}")

    def _as_code(self) -> Iterator[Offer]:
        """ "… is debug": a value is told from a word of the sentence by being code. Only of what looks like one."""
        shaped = sum(self.lexer.bit(each) for each in "RANGE VERSION AMOUNT HOST URL".split())
        for at in dict.fromkeys((self.stopped, len(self.words) - 1)):
            if at is None or not 0 < at < len(self.words):
                continue
            token = self.words[at]
            if token.code or token.quoted or not (token.bits & shaped or fold(token.text) in _VALUES):
                continue
            why = f'"{token.text}" stands where a value would, and a word is only taken for one as code: `{token.text}`'
            yield Offer(self._spliced(token, f"`{token.text}`"), why)

    def _without_remark(self) -> Iterator[Offer]:
        """ "… should run with three replicas (`replicaCount: 3`)": what it says again is left away."""
        opened = next((i for i, token in enumerate(self.words) if token.text == "(" and i), None)
        closed = next((i for i, token in enumerate(self.words) if token.text == ")"), None)
        if opened is None or closed is None or not any(token.code for token in self.words[opened:closed]):
            return
        start, end = self.words[opened].start, self.words[closed].end
        rest = re.sub(r"\s+", " ", f"{self.stem[:start].rstrip()} {self.stem[end:].lstrip()}").strip()
        remark = self.stem[start:end]
        yield Offer(rest, f'"{remark}" says again what stands before it, and is not understood as a remark')

    def _renamed(self) -> Iterator[Offer]:
        """A name that is nearly one that exists."""
        for at, token in enumerate(self.words):
            if not self._stands_for_a_name(at):
                continue
            near = self.reading.misspelt(token, self.scope, self._nameable())
            if len(near) == 1:
                name = f"`{near[0]}`" if token.code else near[0]
                why = f'"{token.text}" is no name here; nearest: {near[0]}'
                yield Offer(self._spliced(token, name), why, (token,))

    def _stands_for_a_name(self, at: int) -> bool:
        """An unknown word at the start, behind "of", "for", a verb or a kind, or in code."""
        token, before = self.words[at], self.words[at - 1] if at else None
        free = not token.bits & ~(self.lexer.weak | self.lexer.bit("PART") | self.lexer.bit("KEY"))
        if not free or token.entry is not None or len(token.text) < 4 or says_nothing(token, self.lexer):
            return False
        led = before is None or fold(before.text) in LED or bool(before.bits & self.lexer.acts)
        kinds = (before, *self.words[at + 1 : at + 2])
        return led or token.code or any(self._kind(each) is not None for each in kinds if each is not None)

    def _nameable(self) -> list[str]:
        entries = self.scope.names.entries.values()
        return [each.name for each in entries if is_named(each) or each.charted or each.workloads or each.configs]

    def _another_verb(self) -> Iterator[Offer]:
        """ "Roll out checkout 1.5.0 …": words before the object that no rule knows."""
        first = next((i for i, token in enumerate(self.words) if token.entry is not None or token.code), None)
        if first is None or not 0 < first <= _VERB_LONG or self.words[0].bits & self.lexer.acts:
            return
        said = self.stem[: self.words[first - 1].end]
        if not all(fold(each.text) in _BRINGS for each in self.words[:first]):
            return
        verb = tuple(self.words[:first])
        rest = self.stem[self.words[first].start :]
        why = f'"{said}" is no verb that is understood here'
        version = next((i for i, token in enumerate(self.words) if token.bits & self.lexer.bit("VERSION")), None)
        if version is not None and version > first and fold(self.words[version - 1].text) != "to":
            at = self.words[version].start - self.words[first].start
            yield Offer(f"Bump {rest[:at]}to {rest[at:]}", why, verb)
        yield Offer(f"Bump {rest}", why, verb)
        yield Offer(f"Set {rest}", why, verb)

    def _in_file(self) -> Iterator[Offer]:
        """ "… in base": the file of the object in the folder that is called so."""
        for at, token in enumerate(self.words[1:], 1):
            folder = (token.entry is not None and token.entry.part) or (token.bits & self.lexer.bit("PATH"))
            if not folder or fold(self.words[at - 1].text) not in ("in", "of", "under"):
                continue
            name = fold(token.text).strip("/")
            files = {each.path for each in self._objects() if f"/{name}/" in f"/{each.path}"}
            for file in sorted(files)[:3]:
                yield Offer(self._spliced(token, f"`{file}`"), f'"{token.text}" is a folder; name the file')

    # --- what is to be set, said anew -------------------------------------------------------------------------------

    def _settings(self) -> Iterator[Offer]:
        """ "Set `path` of KIND `name` to `value`", from the object, the key and the value that the sentence has."""
        new, old, key = self._turned()
        switched = None if new is not None or old is not None else self._switched()
        if new is None and switched is None:
            return
        file = self._file()
        for held in self._meant(key, old, new or switched or "", switched=switched is not None):
            place = "".join(f" in {stage}" for stage in self._stages())
            whole = f"of {held.kind} `{held.name}`{place}" if file is None else f"in `{file}`"
            of = f"`{held.path}` {whole}"
            verb = next((word for bits, word in self._directions() if any(t.bits & bits for t in self.words)), None)
            way = f" from `{old}`" if old is not None else ""
            act = verb or ("Change" if old is not None else "Set")
            what = f"{held.kind} {held.name}".strip() or str(file)
            why = f"no rule reads it as it is written; it seems to mean `{held.path}` of {what}"
            yield Offer(f"{act} {of}{way} to `{new or switched}`", why, anew=True)

    def _switched(self) -> str | None:
        """ "turn on the metrics": the value of a key such as `enabled`."""
        words = [fold(each.text) for each in self.words]
        turned = {b for a, b in itertools.pairwise(words) if a in _SWITCHED and b in ("on", "off")}
        on = bool({"enable", "enabled"} & {*words}) or "on" in turned
        off = bool({"disable", "disabled"} & {*words}) or "off" in turned
        return None if on is off else "true" if on else "false"

    def _directions(self) -> list[tuple[int, str]]:
        bit = self.lexer.bit
        return [
            (bit("RAISE") | bit("RAISED") | bit("RISES"), "Raise"),
            (bit("LOWER") | bit("LOWERED") | bit("FALLS"), "Lower"),
        ]

    def _turned(self) -> tuple[str | None, str | None, str | None]:
        """The new value, the old one, and the key that stands before it in code ("`replicas: 3`")."""
        new: list[str] = []
        old: list[str] = []
        key: str | None = None
        for at, token in enumerate(self.words):
            if token.bits & self.lexer.bit("SETTING") and token.value is not None and token.code:
                key, value = (str(each) for each in token.value)
                new.append(value)
            elif token.code and fold(token.text) in self._keys():
                key = token.text
            elif self._is_value(at):
                (old if self._is_old(at) else new).append(self._written(token))
        new = list(dict.fromkeys(new))
        if len(new) > 1 and key is not None:  # said in words, and again in code
            new = new[-1:]
        if len(new) > 1:
            crons = [each for each in new if len(each.split()) == 5]
            new = crons if len(crons) == 1 else new
        return (new[0] if len(new) == 1 else None), (old[0] if len(set(old)) == 1 else None), key

    def _written(self, token: Token) -> str:
        if token.quoted:
            return f'"{token.text}"'
        return str(token.value) if isinstance(token.value, int) and not token.code else token.text

    def _is_value(self, at: int) -> bool:
        token = self.words[at]
        if token.entry is not None and not re.search(r"\d", token.text):
            return False
        kinds = "NUMBER AMOUNT VERSION RANGE DIGEST URL HOST IMAGE_REF COUNT QUOTED"
        if not token.code and _ADDRESS.fullmatch(token.text):
            return not token.bits & self.lexer.bit("PATH") and fold(token.text) not in self._keys()
        if token.bits & sum(self.lexer.bit(each) for each in kinds.split()):
            return not token.bits & self.lexer.bit("PATH") or token.quoted
        if token.code:
            return self._keys().isdisjoint({fold(token.text)}) and not token.bits & self.lexer.bit("PATH")
        return fold(token.text) in _VALUES and at > 0 and fold(self.words[at - 1].text) not in ("turn", "switch")

    def _is_old(self, at: int) -> bool:
        before = [fold(each.text) for each in self.words[max(0, at - 2) : at]]
        behind = [fold(each.text) for each in self.words[at + 1 : at + 2]]
        if behind and behind[0] in ("→", "today", "currently", "now"):
            return True
        led = next((fold(each.text) for each in reversed(self.words[:at]) if fold(each.text) in _LEADS), "")
        if led == "from":
            return True
        return bool(before) and (
            before[-1] in ("was", "currently", "today", "formerly", "previously")
            or before == ["instead", "of"]
            or (len(before) == 2 and before[0] in ("was", "currently") and before[1] in (":", "at"))
        )

    def _keys(self) -> frozenset[str]:
        """What the keys of the objects that are named are called, and their paths."""
        found = [fold(each.path) for each in self._held()]
        tails = (path.split(".", at)[-1] for path in found for at in range(path.count(".") + 1))
        return frozenset((*found, *tails))

    def _meant(self, key: str | None, old: str | None, new: str, *, switched: bool = False) -> list[Held]:
        """The one value of the objects that are named which the words of the sentence say; several kinds of objects may
        have it."""
        said = self._said(key, new, old)
        if not said:
            return []
        if switched:
            said = {each for each in said if each not in ("on", "off", "enable", "enabled", "disable", "disabled")}
        fitting = [each for each in self._held() if self._says(each, said, key, new) and _fits(new, each)]
        if old is not None:
            fitting = [each for each in fitting if each.text == _bare(old)] or fitting
        if switched:
            fitting = [each for each in fitting if each.text in ("true", "false") and said & atoms(each.path)]
        if is_range(new):
            fitting = [each for each in fitting if is_range(each.text)]
        if not fitting:
            return []
        fewest = min(len(atoms(each.path)) for each in fitting)
        best = {(each.kind, each.name, each.path): each for each in fitting if len(atoms(each.path)) == fewest}
        return [each for each in best.values() if not self._is_of_another(each, said)] if len(best) == 1 else []

    def _is_of_another(self, held: Held, said: set[str]) -> bool:
        """Whether it is a second controller's, container's or service's that the sentence does not name."""
        from executor.flux.parts import one_of_several

        same = [each for each in self._objects()[:_FILES] if (each.kind, each.name) == (held.kind, held.name)]
        roots = [document(self._text(each.path), each.kind, each.name) for each in same]
        parts = one_of_several(whole(held.path), held.name, roots) if held.kind == "HelmRelease" else []
        return any(not atoms(one) & said for one, _ in parts)

    def _says(self, held: Held, said: set[str], key: str | None, new: str) -> bool:
        """Whether the path, with the object's own names, has all words, and its last key one of them."""
        if key is not None and not f".{fold(held.path)}".endswith(f".{fold(key)}"):
            return False
        bounds = self.lexer.bit("BOUND")
        if ".resources." in held.path and not any(token.bits & bounds for token in self.words):
            return False
        whole = atoms(f"{held.path} {held.name} {held.kind}")
        implied = next((ends for shape, ends in _IMPLIED if re.fullmatch(shape, new)), ())
        if held.path.endswith(implied):
            said = {*said, fold(held.path.rpartition(".")[2])}
        last = atoms(re.sub(r"(?:\[\d+\]|\.value)$", "", held.path).rpartition(".")[2])
        return key is not None or (
            all(not alike(word).isdisjoint(whole) for word in said)
            and any(not alike(word).isdisjoint(last) for word in said)
        )

    def _said(self, key: str | None, new: str, old: str | None) -> set[str]:
        """The words that would be the key: neither the object, the place, the value nor what says nothing."""
        if key is not None:
            return atoms(key)
        names = {fold(each.name) for each in self._objects()}
        values = {fold(each) for each in (new, old) if each is not None}
        own = self._keys() if self._file() is not None else frozenset()
        found: set[str] = set()
        for at, token in enumerate(self.words):
            word = fold(token.text)
            place = has_stage(self.scope.names, word) is not None and not token.code
            if not re.search(r"[a-z]", word) or word in names or word in values or place or word == "replace":
                continue
            if word in KINDS_BY_WORD and word not in own:
                continue
            if token.bits & self.lexer.bit("PATH") or self._is_value(at):
                continue
            if not says_nothing(token, self.lexer):
                found |= {each for each in re.findall(r"[\w'’]+", word) if not each.isdigit()}
        return found

    # --- what the sentence names ------------------------------------------------------------------------------------

    def _objects(self) -> list[AManifest]:
        """The objects that it names, by name or by a kind that only has one, and what scales them."""
        if self._found is None:
            self._found = list({(e.kind, e.name, e.path): e for e in self._every_object()}.values())
        return self._found

    _found: list[AManifest] | None = None

    def _every_object(self) -> Iterator[AManifest]:
        names = self.scope.names
        kinds = {self._kind(token) for token in self.words} - {None}
        for token in self.words:
            entry = token.entry
            if token.bits & self.lexer.bit("KIND_NAME") and isinstance(token.value, dict):
                yield from (e for e in names.of_kind(token.value["kind"]) if e.name == token.value["name"])
            if entry is None or (has_stage(names, token.text) and token.bits & self.lexer.bit("STAGE")):
                continue
            found = [*objects_of(entry, None)] or [*entry.others]
            found += [each for each in entry.others if each.kind in kinds and each not in found]
            found += [e for e in names.of_kind(AUTOSCALER) if e.name == entry.name and e not in found]
            of_kind = [each for each in found if each.kind in kinds]
            yield from of_kind or found
        for token in self.words:
            yield from self._by_part(token)

    def _by_part(self, token: Token) -> Iterator[AManifest]:
        """ "Prometheus", where one release is called after it (`kube-prometheus-stack`), and nothing as it."""
        entry = token.entry
        known = token.bits & ~(self.lexer.weak | self.lexer.bit("PART")) and entry is None
        if (
            known
            or not token.text[:1].isupper()
            or token.code
            or (entry is not None and (entry.releases or entry.workloads))
        ):
            return
        found = [e for name in self.scope.names.parts(token.text) if (e := self.scope.names.entry(name)) is not None]
        made = [each for each in found if each.releases]
        if len(made) == 1:
            yield from made[0].releases

    def _kind(self, token: Token) -> str | None:
        custom = self.scope.names.kinds.get(fold(token.text))
        return custom or KINDS_BY_WORD.get(fold(token.text))

    def _held(self) -> list[Held]:
        """Every single value of them."""
        file = self._file()
        if self._values is None and file is not None:
            self._values = [held for root in documents(self._text(file)) for held in all_held(root)]
        if self._values is None:
            texts = {each.path: self._text(each.path) for each in self._objects()[:_FILES]}
            self._values = [
                held
                for each in self._objects()[:_FILES]
                for root in documents(texts[each.path])
                for held in held_by(root, each.kind, each.name)
            ]
        return self._values

    _values: list[Held] | None = None

    def _file(self) -> str | None:
        """The only YAML file that it names."""
        bit = self.lexer.bit("PATH")
        paths = [each.text.removeprefix("./") for each in self.words if each.bits & bit]
        return paths[0] if len(paths) == 1 and paths[0].endswith((".yaml", ".yml")) else None

    def _text(self, path: str) -> str | None:
        try:
            return (self.scope.repository.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def _stages(self) -> list[str]:
        bits = self.lexer.bit("STAGE") | self.lexer.bit("PLACE")
        said = [
            fold(token.text)
            for before, token in zip([None, *self.words], self.words, strict=False)
            if token.bits & bits and not token.code and has_stage(self.scope.names, token.text)
            and not (before is not None and fold(before.text) in ("a", "an"))
        ]  # fmt: skip
        return list(dict.fromkeys(said))

    # --- several criteria -------------------------------------------------------------------------------------------

    def _several(self) -> Iterator[Offer]:
        """ "Bump A and set B of it": each wish in a criterion of its own, with object and place of the whole."""
        bit = self.lexer.bit
        joints = bit("AND") | bit("THEN") | bit("','") | bit("';'")
        why = "it says several things, and not all of them fit together; write a criterion for each"
        for at in range(2, len(self.words) - 1):
            if not self.words[at].bits & joints or self.words[at].code:
                continue
            behind = at + 1
            while behind < len(self.words) - 1 and self.words[behind].bits & joints:
                behind += 1
            first = self.stem[: self.words[at].start].rstrip(" ,;")
            second = self.stem[self.words[behind].start :].rstrip(" .")
            for one, other in self._carried(first, second, at, behind):
                for parts in itertools.product(self._part(one), self._part(other)):
                    yield Offer("\n- [ ] ".join(map(_capital, parts)), why)

    def _part(self, text: str) -> list[str]:
        """A part as it stands if it is understood, and said anew."""
        anew = next((each.text for each in Offers(self.reading, text, self.scope).anew()), None)
        return [*([text] if self.reading.reads(text, self.scope) else []), *([anew] if anew is not None else [])]

    def anew(self) -> Iterator[Offer]:
        """Only what is made of object, key and value."""
        yield from self._settings()
        yield from self._bumps()

    def _each_object(self) -> Iterator[Offer]:
        """ "… for A and B": the sentence of each."""
        joint = self.lexer.bit("AND") | self.lexer.bit("','")
        for at in range(1, len(self.words) - 1):
            one, other = self.words[at - 1], self.words[at + 1]
            if self.words[at].bits & joint and self._is_object(one) and self._is_object(other):
                texts = [f"{self.stem[: one.start]}{each.text}{self.stem[other.end :]}" for each in (one, other)]
                yield Offer(
                    "\n- [ ] ".join(texts), "it is said of several, and not read of both; write a criterion for each"
                )

    def _carried(self, first: str, second: str, at: int, behind: int) -> Iterator[tuple[str, str]]:
        """The two parts, the second with the object and the verb of the first where it has none of its own. A place has
        to stand in each of them, or in front of all."""
        stages = self._stages()
        here = any(fold(each.text) in stages for each in self.words[behind:])
        there = any(fold(each.text) in stages for each in self.words[:at])
        front = any(fold(each.text) in stages for each in self.words[:2])
        if len(stages) > 1 or (stages and not (front or (here and there))):
            return
        place = f" in {stages[0]}" if stages and not here else ""
        yield first, second + place
        objects = {
            fold(each.text): each for each in self.words[:at] if each.entry is not None and self._is_object(each)
        }
        named = next(iter(objects.values()), None)
        if named is None or len(objects) > 1 or any(token.entry is not None for token in self.words[behind:]):
            return
        second = re.sub(r"^(?:its|their)\s+", "the ", second)
        acts = self.words[behind].bits & self.lexer.acts
        verb = "" if acts or not self.words[0].bits & self.lexer.acts else f"{fold(self.words[0].text)} "
        yield first, f"{named.text}: {verb}{second}{place}"
        yield first, f"{_capital(verb + second)} of {named.text}{place}"

    def _is_object(self, token: Token) -> bool:
        return any(fold(each.name) == fold(token.text) for each in self._objects())

    # --- versions ---------------------------------------------------------------------------------------------------

    def _bumps(self) -> Iterator[Offer]:
        """ "Bump NAME [chart] [from A] to B [in STAGE]"."""
        bits = self.lexer.bit("VERSION")
        at = [i for i, token in enumerate(self.words) if token.bits & bits]
        new = [self.words[i].text for i in at if not self._is_old(i)]
        old = [self.words[i].text for i in at if self._is_old(i)]
        if len(new) != 1 or len(old) > 1:
            return
        place = "".join(f" in {stage}" for stage in self._stages())
        way = f" from {old[0]}" if old else ""
        sort = next((fold(t.text) for t in self.words if fold(t.text) in ("chart", "image", "tag")), "")
        for name in dict.fromkeys(each.text for each in self.words if each.entry is not None):
            if has_stage(self.scope.names, name) and not self._is_named(name):
                continue
            what = {"": name, "tag": f"the image tag of {name}"}.get(sort, f"the {name} {sort}")
            why = "no rule reads it as it is written; it seems to ask for a version"
            yield Offer(f"Bump {what}{way} to {new[0]}{place}", why, anew=True)

    def _is_named(self, name: str) -> bool:
        entry = self.scope.names.entry(name)
        return entry is not None and bool(entry.releases or entry.workloads or entry.sources or entry.pins)


_IMPLIED = (
    (r"\S+ \S+ \S+ \S+ \S+", (".schedule", ".cron")),
    (r"[v>=~^]*\d+(?:\.[\dx*]+)+\S*", (".version", ".tag", ".semver")),
    (r"true|false", (".enabled", ".enable")),
)
"""Values that say of which key they are: the sentence need not name it."""
_SORTS = (
    ("truth", r"true|false|yes|no|on|off|enabled|disabled"),
    ("schedule", r"@\w+|\S+ \S+ \S+ \S+ \S+"),
    ("number", r"-?\d+(?:\.\d+)?"),
    ("version", r"[v^~<>=]*\s?\d+(?:\.[\dx*]+)+\S*"),
    ("amount", r"(?:\d+(?:\.\d+)?[a-zµ%]+)+"),
    ("mail", r"[^\s@/]+@[^\s@/]+"),
    ("URL", r"\w+://\S+"),
    ("host", r"[a-z*][\w*-]*(?:\.[\w-]+)+"),
)
"""What sort of value a text is."""
_ADDRESS = re.compile(r"[a-zA-Z][\w-]*(?:\.[\w-]+)+|[\w.+-]+@[\w.-]+|\w+://\S+", re.ASCII)
"""A host, a mail address, a URL."""
_LEADS = ("from", "to", "→", "is", "with", "at", "=", ":", "(", ",")
"""What a value stands behind, with words between."""
_SWITCHED = ("turn", "turned", "turns", "switch", "switched")
_PASSES = frozenset("is passes pass passed succeeds clean green ok".split())
LED = frozenset("of for in the on".split())
_VERB_LONG = 4
_BRINGS = frozenset("roll rolling out rollout install adopt bring take put the new".split())
"""Verbs for having a version somewhere, which no rule knows."""
_FILES = 12
"""Files of objects that values are looked for in."""


def _fits(new: str, held: Held) -> bool:
    """Whether a value is of the sort that stands there: what is offered has it in code, which says that it is meant."""
    one, other = _sort(_bare(new) or ""), _sort(held.text)
    return one == other or (held.path.endswith("cpu") and {one, other} == {"number", "amount"})


def _sort(text: str) -> str:
    return next((sort for sort, shape in _SORTS if re.fullmatch(shape, text, re.ASCII | re.IGNORECASE)), "text")


def _bare(text: str | None) -> str | None:
    return text.strip("\"'") if text is not None else None


def _capital(text: str) -> str:
    return (
        text[:1].upper() + text[1:]
        if re.match(r"[a-z]+ ", text) and ":" not in text.split(" ", maxsplit=1)[0]
        else text
    )
