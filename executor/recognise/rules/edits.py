"""Entries of lists in manifests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Ask, Holder, Rule, all_asks
from executor.recognise.names import is_named
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("file", "THE? (FILE | MANIFEST)? x:PATH (FILE | MANIFEST)?", lambda c: Holder(file=c["x"].text))
    g.phrase("file", "THE? KUSTOMIZATION FILE? (in | of | at | for | under) x:PATH", lambda c: Holder(file=c["x"].text))
    g.phrase("file", "THE? (a:PART | a:SPACE) (b:PART | b:SPACE)? NAMESPACE? KUSTOMIZATION FILE?", _folder)
    g.phrase(
        "overlay_file",
        "THE? (x:STAGE | x:PLACE) (ENVIRONMENT | OVERLAY | KUSTOMIZATION)?",
        lambda c: Holder(kind="stage", file=c["x"].text),
    )
    g.phrase("entry", "x:CODE | x:PATH | x:NAME | x:SPACE | x:IDENTIFIER | x:PLAIN | x:PLACEHOLDER", _entry_word)
    g.phrase("entry", "THE (x:SPACE | x:IDENTIFIER | x:PLAIN) NAMESPACE", lambda c: c["x"])
    g.phrase("entry", "THE? (x:CODE | x:PATH | x:NAME | x:IDENTIFIER | x:PLAIN) PATCH", lambda c: (c["x"], "patches"))
    g.phrase("list_name", "THE? x:ANY list? | THE? list x:ANY", _list_name)
    g.phrase("own_list", "h:<holder> x:ANY", _own_list)
    g.word("list_entry", _list_entry)
    g.phrase("list_entry", "x:CODE | x:PATH | x:NAME | x:SPACE | x:IDENTIFIER | x:PLAIN | x:PLACEHOLDER", _entry_word)
    g.phrase("entries", "e:<entry>", lambda c: (c["e"],))
    g.phrase("entries", "e:<entry> <and> more:<entries>", lambda c: (c["e"], *c["more"]))
    g.phrase(
        "as_list",
        "(as | among | in | under) (its | THE)? (x:resources | x:components | x:bases | x:patches)",
        lambda c: c["x"],
    )
    g.phrase("adding", "ADD | append")
    g.phrase("listing", "x:PATH", lambda c: Holder(file=c["x"].text))
    g.phrase("app", "THE? (x:NAME | x:PART) (app | application)?", lambda c: c["x"])


def _entry_word(c: Captured) -> Token | None:
    token: Token = c["x"]
    return None if isinstance(token.value, tuple) else token  # `KEY=value` is no entry of a list


def _list_entry(c: Captured) -> Token | None:
    """What certainly is a text of a list: in code or quotes, or with a character that words do not have."""
    token: Token = c["x"]
    return _entry_word(c) if token.code or token.quoted or NO_WORD.search(token.text) else None


def _own_list(c: Captured) -> dict[str, Any] | None:
    """ "Traefik's additionalArguments": a word that is certainly a key, behind what has it."""
    token: Token = c["x"]
    key = token.code or re.fullmatch(r"[a-z]+[A-Z]\w*", token.text)
    return {"h": c["h"], "list": token} if key and _list_name(c) is not None else None


def _list_name(c: Captured) -> Token | None:
    token: Token = c["x"]
    entry = token.entry
    named = entry is not None and bool(is_named(entry) or entry.workloads or entry.configs)
    if not token.code and (named or fold(token.text) in _NO_LIST):
        return None
    return token if re.fullmatch(r"[A-Za-z][\w.\[\]=-]*", token.text) else None


_NO_LIST = ("kustomization", "file", "manifest", "list", "registry", "repository", "cluster", "everywhere")


def _folder(c: Captured) -> Holder | None:
    """ "the infrastructure controllers kustomization": by the end of its folder's path."""
    words = [c[key] for key in "ab" if key in c]
    folders = all(each.entry is not None and (each.entry.part or each.entry.namespace) for each in words)
    if not folders or any(fold(each.text) in ("namespace", "flux") for each in words):
        return None
    return Holder(kind="kustomization", file="/".join(each.text for each in words))


def _entry(what: str) -> Any:
    def make(c: Captured) -> list[Ask] | None:
        if "entries" in c:
            return all_asks(
                make({**{k: v for k, v in c.items() if k != "entries"}, "entry": each}) for each in c["entries"]
            )
        c = {**c, **c.get("own", {})}
        entry, of = c["entry"] if isinstance(c["entry"], tuple) else (c["entry"], None)
        holder: Holder = c["h"] if "h" in c else c["file"]
        if "h" in c and holder.file is not None:
            return None  # a file is the other way to say it
        if of is not None and "list" in c and not fold(c["list"].text).startswith(of):
            return None  # "the pos-api patch from the docs of …" is none of the patches
        if what == "manifest.remove" and "list" not in c and of is None and is_key_of_file(entry, holder):
            return None  # a key, no entry
        places = [c[key] for key in ("where", "where2") if key in c]
        slots = {
            "entry": entry,
            "file": holder,
            "list": c.get("list"),
            "of": of,
            "everywhere": "all" in c,
            "places": places,
        }
        return [Ask(what, slots)]

    return make


def is_key_of_file(token: Token, holder: Holder) -> bool:
    """Whether a word is written as a key is, and its file is one that holds objects."""
    name = (holder.file or "").rpartition("/")[2]
    holds_objects = name.endswith((".yaml", ".yml")) and not name.startswith("kustomization.")
    shape = r"(?:data\.)?[A-Z][A-Z0-9_]*|[a-z]+[A-Z]\w*"
    return holds_objects and re.fullmatch(shape, token.text) is not None


_OF = "(in | of | for) (h:<holder> | h:<held_part>) { <where> where2:<where> }"
_add = _entry("manifest.add")
_remove = _entry("manifest.remove")


RULES = (
    Rule(
        "add an entry",
        (
            "ADD <entries> to (list:<list_name> (in | of))? <file> ,? all:EVERYWHERE?",
            "<entries> <be>? ADDED to (list:<list_name> (in | of))? <file>",
            "<entries> MODAL? <be> (listed | included) (in | under) (list:<list_name> (in | of))? <file>",
            "<file> (lists | includes | MODAL (list | include)) <entries> list:<as_list>?",
            "<adding> entry:<list_entry> to list:<list_name> (in | of) <file> ,? all:EVERYWHERE?",
            f"<adding> entry:<list_entry> to list:<list_name> {_OF}",
            "<adding> entry:<list_entry> to own:<own_list> { <where> where2:<where> }",
            f"entry:<list_entry> <be>? (ADDED | appended) to list:<list_name> {_OF}",
            "file:<listing> : & <entry>",
        ),
        _add,
        {
            "Add `../triager` to `apps/kustomization.yaml`": "manifest.add file=apps/kustomization.yaml path=resources entry=../triager",
            "Add triager to the resources of `apps`": "manifest.add file=apps/kustomization.yaml path=resources entry=triager",
            "`../triager` is listed in `apps/kustomization.yaml`": (
                "manifest.add file=apps/kustomization.yaml path=resources entry=../triager"
            ),
            "The longhorn kustomization includes release.yaml": (
                "manifest.add file=apps/longhorn/kustomization.yaml path=resources entry=release.yaml"
            ),
            "apps/kustomization.yaml lists ffl, ffl-web and longhorn": "manifest.add file=apps/kustomization.yaml path=resources entry=ffl + manifest.add file=apps/kustomization.yaml path=resources entry=ffl-web + manifest.add file=apps/kustomization.yaml path=resources entry=longhorn",
            "Verify that apps/kustomization.yaml lists ffl, ffl-web and longhorn as resources": "manifest.add file=apps/kustomization.yaml path=resources entry=ffl check=True + manifest.add file=apps/kustomization.yaml path=resources entry=ffl-web check=True + manifest.add file=apps/kustomization.yaml path=resources entry=longhorn check=True",
            "Add `../triager` and `../pos` to `apps/kustomization.yaml`": "manifest.add file=apps/kustomization.yaml path=resources entry=../triager + manifest.add file=apps/kustomization.yaml path=resources entry=../pos",
            "Add the kiosks namespace to the kustomization in deploy/pos/demo": (
                "manifest.add file=deploy/pos/demo/kustomization.yaml path=resources entry=../../kiosk/flux.yaml"
            ),
            "Add release.yaml to the longhorn kustomization": (
                "manifest.add file=apps/longhorn/kustomization.yaml path=resources entry=release.yaml"
            ),
            "Add `--v=2` to the args of kiosk": (
                "manifest.add file=deploy/kiosk/release.yaml path=spec.values.args entry=--v=2"
            ),
            "Append `--v=2` to kiosk's `args`": (
                "manifest.add file=deploy/kiosk/release.yaml path=spec.values.args entry=--v=2"
            ),
            "Append --v=2 to the list args of the kiosk HelmRelease": (
                "manifest.add file=deploy/kiosk/release.yaml path=spec.values.args entry=--v=2"
            ),
            'Add "shop.test" to args in deploy/kiosk/release.yaml': (
                "manifest.add file=deploy/kiosk/release.yaml path=spec.values.args entry=shop.test"
            ),
            "Add shop.test to the args of kiosk everywhere": (
                "manifest.add file=deploy/kiosk/release.yaml path=spec.values.args entry=shop.test everywhere=True"
            ),
        },
        {
            "Add tests to `apps/kustomization.yaml`": "u",
            "`../triager` is not listed in `apps/kustomization.yaml`": "u",
            "`../triager` was listed in `apps/kustomization.yaml`": "u",
            "`apps/kustomization.yaml` includes tests": "u",
            "apps/kustomization.yaml lists ffl and tests": "u unknown-name",
            "apps/kustomization.yaml lists ffl and longhorn in staging": "u",
            "In staging, apps/kustomization.yaml lists ffl and longhorn": "u",
            "apps/kustomization.yaml lists ffl and longhorn in full": "u",
            "apps/kustomization.yaml lists ffl or ffl-web": "u",
            "apps/kustomization.yaml lists ffl but not longhorn": "u",
            "apps/kustomization.yaml lists only ffl and longhorn": "u",
            "Add `../triager` to `apps/kustomization.yaml` and `apps/ffl/kustomization.yaml`": "u",
            "Add `../triager` and document it in `apps/kustomization.yaml`": "u",
            "Add `../x` to the wiki": "u",
            "Add tests to the resources of apps": "u",
            "Add support to the args of kiosk": "u",
            "Append support to the args of kiosk": "u",
            "Append `--v=2` to the args of kiosk by Friday": "u",
            "Append `--v=2` to the args of kiosk in canary": "u",
            "Append `--v=2` to the args of kiosk in prod": "b not-found",
            "Add `--v=2` to the story of kiosk": "u",
            "Add the team's namespace to the kustomization in deploy/pos/demo": "u",
            "Add triager to the ffl-web kustomization if needed": "u",
        },
    ),
    Rule(
        "remove an entry",
        (
            "REMOVE <entries> from (list:<list_name> (in | of))? <file>",
            "<entries> <be>? REMOVED from (list:<list_name> (in | of))? <file>",
            "take <entry> out of (list:<list_name> (in | of))? <file>",
            "<entry> <be> no longer (listed | included) (in | under) (list:<list_name> (in | of))? <file>",
            "<file> (no longer (lists | includes) | MODAL no longer (list | include)) (<entry> | THE? entry:<app>)",
            "REMOVE entry:<list_entry> from list:<list_name> (in | of) <file> ,? all:EVERYWHERE?",
            f"REMOVE entry:<list_entry> from list:<list_name> {_OF}",
            "REMOVE entry:<list_entry> from own:<own_list> { <where> where2:<where> }",
            f"entry:<list_entry> <be>? REMOVED from list:<list_name> {_OF}",
            f"take entry:<list_entry> out of list:<list_name> {_OF}",
            "REMOVE entry:<app> from file:<overlay_file>",
            "take entry:<app> out of file:<overlay_file>",
            "entry:<app> <be>? REMOVED from file:<overlay_file>",
        ),
        _remove,
        {
            "Remove mtg-agents from clusters/minikube/apps/kustomization.yaml": (
                "manifest.remove file=clusters/minikube/apps/kustomization.yaml path=resources entry=mtg-agents"
            ),
            "Remove the pos-api patch from deploy/pos/demo": (
                "manifest.remove file=deploy/pos/demo/kustomization.yaml path=patches entry={'path': 'pos-api.yaml'}"
            ),
            "Drop pos-api from demo": "b not-found",
            "`wire.test` is removed from the hostnames of the relay route": (
                "manifest.remove file=deploy/relay/release.yaml path=spec.values.route.app.hostnames entry=wire.test"
            ),
            "Remove ffl and longhorn from apps/kustomization.yaml": "manifest.remove file=apps/kustomization.yaml path=resources entry=ffl + manifest.remove file=apps/kustomization.yaml path=resources entry=longhorn",
            "Take ffl out of apps/kustomization.yaml": (
                "manifest.remove file=apps/kustomization.yaml path=resources entry=ffl"
            ),
        },
        {
            "Remove dead code from apps/kustomization.yaml": "u",
            "Remove ffl and tests from apps/kustomization.yaml": "u unknown-name",
            "Remove ffl and not longhorn from apps/kustomization.yaml": "u",
            "`other.test` is removed from the hostnames of the relay route": "b not-found",
            "`wire.test` is removed from the hostnames of the relay mesh": "u unknown-name",
            "Remove `--v=3` from the args of kiosk": "b not-found",
            "Remove shop.test from args in deploy/kiosk/release.yaml": "b not-found",
            "Remove shop.test from args in deploy/kiosk/release.yaml and document it": "u",
            "Remove mtg-agents from clusters/minikube/apps/kustomization.yaml after migration": "u",
            "Remove the mtg-agents namespace": "u",
            "Remove the old patch from deploy/pos/demo": "b not-found",
            "Remove the pos-api patch from a copy of deploy/pos/demo": "u",
            "Remove the pos-api patch from the resources of deploy/pos/demo": "u",
            "Remove pos from deploy/pos/demo/kustomization.yaml": "b ambiguous",
            "Remove the till patch from deploy/pos/demo": "b not-found",
            "Drop tests from demo": "u",
            "Take pos-api from demo": "u",
            "Add rate-limiting to the args of kiosk": "u",
            "Drop pos-api from demo next week": "u",
        },
    ),
)
