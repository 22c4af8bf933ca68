"""A criterion that holds commands: the words around them, and whether both say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from executor.errors import Blocked, Stop, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.commands import Typed
from executor.recognise.grammar import Grammar, Parse
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Images, Item, Registry, Wanted
from executor.recognise.rules.commanded import LABEL_AGREES, MEANS, classes
from executor.recognise.versions import ImageReference, version
from executor.values import dataclass, replace

After = tuple[str, str]
_IMAGE_ASKS = ("image.build", "image.push", "image.verify")


@dataclass(frozen=True)
class Around:
    """The words before and behind commands, understood. `asks`: a whole sentence in front, `ways` all that it may be
    read as; `restated`: words that only repeat what the command does; `outcome`: what is to be seen."""

    asks: tuple[Ask, ...] = ()
    ways: tuple[tuple[Ask, ...], ...] = ()
    restated: tuple[Token, ...] = ()
    outcome: After = ("passes", "")


def around(grammar: Grammar, before: Sequence[Token], after: Sequence[Token]) -> Around | int:
    """What stands around the commands, or the position (in `before`, then behind it) of the word that stopped it.

    Both end with an empty token.
    """
    ways: tuple[tuple[Ask, ...], ...] = ()
    restated: tuple[Token, ...] = ()
    if len(before) > 1:
        parse = Parse(before)
        readings = grammar.readings("before", parse)
        if not readings:
            return min(parse.far, len(before) - 2)
        ways = tuple(asks for asks, _ in readings if asks)  # a whole sentence says more than words that restate
        restated = () if ways else readings[0][1]
    outcome: After = ("passes", "")
    if len(after) > 1:
        parse = Parse(after)
        outcomes = grammar.readings("after", parse)
        if not outcomes:
            return len(before) + min(parse.far, len(after) - 2)
        outcome = outcomes[0]
    return Around(ways[0] if ways else (), ways, restated, outcome)


def requests(
    typed: Sequence[Typed],
    words: Around,
    *,
    make: Callable[[str, Mapping[str, Any]], Request],
    resolve: Callable[[Sequence[Ask]], tuple[Request, ...]],
    partly: Callable[[Sequence[Ask]], tuple[Request, ...]],
    bit: Callable[[str], int],
) -> tuple[Request, ...]:
    """The commands' requests, where the words around agree with them. Raises Stop."""
    said = _said(words, partly)
    _agree(typed, words, partly, bit)
    found: list[Request] = []
    for each in typed:
        found += _one(each, words, said, make, resolve)
    return tuple(_with_outcome(request, words.outcome, make) for request in found)


def _said(words: Around, partly: Callable[[Sequence[Ask]], tuple[Request, ...]]) -> tuple[Request, ...]:
    """What the sentence in front asks for. Raises Unresolved where its ways to be read come to different things."""
    told = [partly(asks) for asks in words.ways]
    if any(each != told[0] for each in told):
        raise Unresolved(ReasonCode.AMBIGUOUS, "the words before the command can be read in several ways; write less")
    return told[0] if told else ()


def _one(
    typed: Typed,
    words: Around,
    said: Sequence[Request],
    make: Callable[[str, Mapping[str, Any]], Request],
    resolve: Callable[[Sequence[Ask]], tuple[Request, ...]],
) -> list[Request]:
    if typed.ask_images is not None:
        return list(resolve([_query(typed, words)]))
    if typed.operation == "cluster.observe":
        return _observed(typed, said, make)
    return [make(typed.operation, typed.arguments)]


def _query(typed: Typed, words: Around) -> Ask:
    """A question to a registry as an ask, so that the version is found as for a sentence."""
    items: tuple[Item, ...] = ()
    named = typed.ask_images or (words.outcome[1] if typed.arguments.get("catalog") else "")
    if named:
        items = (Item(Token(named, 0, 0), None, ImageReference(typed.host, named)),)
    registry = Registry(typed.host, catalog=bool(typed.arguments.get("catalog")))
    return Ask(
        "image.verify", {"images": Images(items, plural=not items), "wanted": _version(words), "registry": registry}
    )


def _version(words: Around) -> Wanted | None:
    found = [ask.get("wanted") or (ask.get("images").wanted if ask.get("images") else None) for ask in words.asks]
    found += [Wanted("version", token.text, version=token.value) for token in words.restated if _is_version(token)]
    shown = version(words.outcome[1]) if words.outcome[0] == "sees" else None
    found += [Wanted("version", shown.text, version=shown)] if shown is not None else []
    return next((each for each in found if each is not None), None)


def _is_version(token: Any) -> bool:
    from executor.recognise.versions import Version

    return isinstance(token, Token) and isinstance(token.value, Version)


def _observed(
    typed: Typed, said: Sequence[Request], make: Callable[[str, Mapping[str, Any]], Request]
) -> list[Request]:
    """What the sentence says of the objects counts; the command says where to look."""
    arguments = dict(typed.arguments)
    if not said:
        if arguments.get("condition") == "?":
            raise Blocked(ReasonCode.NOT_SUPPORTED, "what the grep looks for is not read; say what is to be seen")
        return [make("cluster.observe", arguments)]
    found = []
    for each in said:
        kind, name = each.arguments.get("kind"), each.arguments.get("name")
        if arguments["kind"] not in ("Event", kind) or arguments["name"] not in ("*", name):
            raise Unresolved(
                ReasonCode.AMBIGUOUS,
                f"the words speak of {kind} {name}, the command of {arguments['kind']} {arguments['name']}; write one",
            )
        namespace = each.arguments.get("namespace") or arguments.get("namespace")
        merged = {**each.arguments, **({"namespace": namespace} if namespace else {})}
        found.append(make("cluster.observe", merged))
    return found


def _with_outcome(request: Request, outcome: After, make: Callable[[str, Mapping[str, Any]], Request]) -> Request:
    what, text = outcome
    if what == "passes":
        return request
    arguments = dict(request.arguments)
    if what == "builds" and request.operation in MEANS["BUILDS"]:
        return request
    if what == "answers" and request.operation in ("image.verify", "registry.ping"):
        return request
    if what == "clean" and (request.operation == "kustomize.build" or arguments.get("argv", ("",))[0] in _LINTERS):
        return request
    if what == "condition" and request.operation == "cluster.observe":
        return replace(request, arguments={**arguments, "condition": text})
    if what == "sees" and request.operation == "command":
        if "sees" in arguments:  # of the lines that the grep leaves; each for itself might stand in another one
            looked = arguments["sees"][0]
            raise Unresolved(ReasonCode.AMBIGUOUS, f'the grep looks for "{looked}", the words for "{text}"; write one')
        return replace(request, arguments={**arguments, "sees": [text]})
    if what == "sees" and request.operation == "kustomize.build" and len(arguments.get("paths", ())) == 1:
        return make("command", {"argv": ["kustomize", "build", *arguments["paths"]], "sees": [text]})
    if what == "sees" and request.operation == "image.verify" and text in (arguments.get("tag"), arguments["image"]):
        return request
    said = text or ("it builds" if what == "builds" else "no errors")
    raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f'"{said}" is nothing that {request.operation} can see')


_LINTERS = ("yamllint", "shellcheck", "hadolint")
"""Programs that end with another code than 0 where they have something to say."""


# --- do words and command say the same ------------------------------------------------------------------------------


def _agree(
    typed: Sequence[Typed],
    words: Around,
    partly: Callable[[Sequence[Ask]], tuple[Request, ...]],
    bit: Callable[[str], int],
) -> None:
    operations = [each.operation for each in typed]
    for ask in words.asks:
        agreeing = LABEL_AGREES.get(ask.what, frozenset())
        if not any(operation in agreeing for operation in operations):
            raise _differ(ask.what, operations)
    if words.asks and any(
        not any(operation in LABEL_AGREES.get(ask.what, frozenset()) for ask in words.asks) for operation in operations
    ):
        raise _differ(" and ".join(ask.what for ask in words.asks), operations)
    _names_agree(typed, words, partly)
    _restated_agrees(typed, words.restated, bit)


def _differ(said: str, operations: Iterable[str]) -> Unresolved:
    return Unresolved(
        ReasonCode.AMBIGUOUS, f"the words ask for {said}, the command is {' and '.join(operations)}; write one of them"
    )


def _names_agree(typed: Sequence[Typed], words: Around, partly: Callable[[Sequence[Ask]], tuple[Request, ...]]) -> None:
    """Where both name something, it is the same."""
    for ask in words.asks:
        images: Images | None = ask.get("images")
        if ask.what in _IMAGE_ASKS and (images is None or not images.items):
            _unnamed_agree(typed, ask)
            _all_agree(typed, ask, partly)
            continue
        for request in partly([ask]):
            _paths_agree(typed, request)
            for key in ("image", "tag", "registry", "name", "kind"):
                if request.operation == "cluster.observe" or key not in request.arguments:
                    continue
                if key == "registry" and ask.get("registry") is None:
                    continue  # the configured one: the words say none
                theirs = [each.arguments[key] for each in typed if key in each.arguments]
                if theirs and request.arguments[key] not in theirs:
                    raise Unresolved(
                        ReasonCode.AMBIGUOUS,
                        f"the words say {key} {request.arguments[key]}, the command {theirs[0]}; write one of them",
                    )


def _paths_agree(typed: Sequence[Typed], request: Request) -> None:
    """What the words name is what the commands name, all of them together."""
    if "paths" not in request.arguments:
        return
    theirs = [path for each in typed for path in each.arguments.get("paths", ())]
    missing = [path for path in request.arguments["paths"] if path not in theirs]
    if theirs and missing:
        raise _two(", ".join(request.arguments["paths"]), ", ".join(theirs))


def _all_agree(typed: Sequence[Typed], ask: Ask, partly: Callable[[Sequence[Ask]], tuple[Request, ...]]) -> None:
    """ "Push all images: …", "Build both images: …": the commands have to be about all of them."""
    images: Images | None = ask.get("images")
    catalog = any(each.ask_images is not None and "image" not in each.arguments for each in typed)
    if images is None or not (images.every or images.count) or catalog:
        return
    theirs = {each.arguments["image"] for each in typed if "image" in each.arguments}
    meant = {each.arguments["image"] for each in partly([ask]) if "image" in each.arguments}
    if images.count is not None and len(theirs) != images.count:
        raise _two(f"{images.count} images", f"{len(theirs)}: {', '.join(sorted(theirs))}")
    if images.count is None and not (meant and meant <= theirs):
        raise _two("all images", ", ".join(sorted(theirs)))


def _unnamed_agree(typed: Sequence[Typed], ask: Ask) -> None:
    """ "Push to REGISTRY: …", "Build version V: …": what is said of no image in particular."""
    registry: Registry | None = ask.get("registry")
    hosts = [each.arguments["registry"] for each in typed if "registry" in each.arguments]
    if registry is not None and registry.host and hosts and registry.host not in hosts:
        raise _two(registry.host, hosts[0])
    said: Wanted | None = ask.get("wanted") or (ask.get("images").wanted if ask.get("images") else None)
    tags = [each.arguments["tag"] for each in typed if "tag" in each.arguments]
    if said is not None and tags and said.text not in tags:
        raise _two(said.text, tags[0])


def _two(said: str, theirs: str) -> Unresolved:
    return Unresolved(ReasonCode.AMBIGUOUS, f"the words say {said}, the command {theirs}; write one of them")


def _restated_agrees(typed: Sequence[Typed], restated: Sequence[Any], bit: Callable[[str], int]) -> None:
    tokens = [token for token in restated if isinstance(token, Token)]
    verbs = [kinds for token in tokens for kinds in classes(token, bit)]
    for token in tokens:
        meanings = classes(token, bit)
        if meanings and not any(each.operation in kinds for kinds in meanings for each in typed):
            raise _differ(f'"{token.text}"', [each.operation for each in typed])
        if not meanings and not any(_names(each, token) for each in typed):
            raise Unresolved(ReasonCode.WORD_LEFT, f'"{token.text}" is nothing that the command speaks of')
    said = [token for token in tokens if token.bits & bit("ALL")]
    several = [token for token in tokens if token.bits & (bit("IMAGES") | bit("OVERLAYS") | bit("KUSTOMIZATIONS"))]
    if said and several and len(typed) == 1 and typed[0].operation != "cluster.observe":
        raise _two(f"{said[0].text} {several[0].text}", "one")
    for each in typed:
        if verbs and not any(each.operation in kinds for kinds in verbs):
            raise _differ("something else", [each.operation])


def _names(typed: Typed, token: Token) -> bool:
    """Whether the command speaks of what a word names."""
    texts = [str(value) for value in typed.arguments.values() if isinstance(value, str)]
    texts += [str(each) for value in typed.arguments.values() if isinstance(value, list) for each in value]
    names = {token.text.casefold()}
    if token.entry is not None:
        names.add(token.entry.name.casefold())
        names |= {image.name.casefold() for image in (*token.entry.images, *token.entry.group)}
    parts = {part for text in texts for part in (text.casefold(), *text.casefold().rstrip("/").split("/"))}
    return bool(names & parts) or (_is_version(token) and typed.ask_images is not None)


__all__ = ["MEANS", "Around", "Stop", "around", "requests"]
