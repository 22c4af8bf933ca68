"""Versions of releases, sources and images in manifests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Change, Field, Place, Rule, Target, Wanted, all_asks
from executor.recognise.rules.phrases import wanted
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:  # noqa: PLR0915 - one statement a way to say something
    """The phrases that only these rules use."""
    g.phrase("in_release", "(in | for | of | on) r:<release>", lambda c: c["r"])
    g.phrase("bump_verb", "BUMP | RAISE | promote", lambda c: "bump")
    g.phrase("taking", "take | bring | put | get | move | roll", lambda c: "bump")
    g.phrase("version_of", "w:<what_of> f:<field>? x:<value>", _version_of)
    g.phrase(
        "a_spot",
        "(the | our)? (x:STAGE | x:PLACE) (ENVIRONMENT | CLUSTER | OVERLAY)? | (the | our)? (ENVIRONMENT | CLUSTER | OVERLAY) x:PLACE",
        lambda c: Place(stage=c["x"].text),
    )
    g.phrase(
        "arrives",
        "MODAL? (GOES | move | upgrades | upgrade) to | <is_now> (at | on) | picks up | MODAL pick up | MODAL? (USES | pins | pin | takes | gets | references | reference)",
    )
    g.phrase("bump_verb", "ROLLBACK | roll back | rolled back", lambda c: "rollback")
    g.phrase("rolling", "roll", lambda c: "rollback")
    g.phrase("bump_done", "BUMPED | RAISED", lambda c: "bump")
    g.phrase("bump_done", "ROLLED | rolled back", lambda c: "rollback")
    g.phrase("what_of", "r:<release> f:<field>?", lambda c: (c["r"], c.get("f")))
    g.phrase("what_of", "f:<its_field> (of | in | for | on) r:<release>", lambda c: (c["r"], c["f"]))
    g.phrase("its_field", "THE? x:NAME DOCKER* IMAGE (TAG | VERSION_WORD | REFERENCE)?", _its_image)
    g.phrase("its_field", "THE? DOCKER* IMAGE x:NAME (TAG | VERSION_WORD | REFERENCE)?", _its_image)
    g.phrase("its_field", "THE? x:<own_word> DOCKER* IMAGE (TAG | VERSION_WORD | REFERENCE)?", _own_image)
    g.phrase("own_word", "x:PLAIN | x:IDENTIFIER | x:OBJECT | x:NAME", lambda c: c["x"])
    g.phrase("own_part", "x:NAME | x:PLAIN | x:IDENTIFIER", lambda c: c["x"])
    g.phrase("own_parts", "a:<own_part> <and> b:<own_part>", lambda c: (c["a"], c["b"]))
    g.phrase("own_parts", "a:<own_part> , b:<own_part> ,? AND c:<own_part>", lambda c: (c["a"], c["b"], c["c"]))
    g.phrase("what_of", "THE? n:NAME f:<its_own>", _of_its_own)
    g.phrase("its_own", "x:<own_word> DOCKER* IMAGE (TAG | VERSION_WORD | REFERENCE)?", _own_image)
    g.phrase("its_field", "_:<its_chart>")
    g.phrase("its_chart", "CHART x:CHARTED", lambda c: Field("chart", of=c["x"]))
    g.phrase("its_chart", "THE? x:CHARTED HELM? CHART (VERSION_WORD | TAG)?", lambda c: Field("chart", of=c["x"]))
    g.phrase("what_of", "f:<field> (of | in | for | on) r:<release>", lambda c: (c["r"], c["f"]))
    g.phrase("what_of", "f:<field>", lambda c: (None, c["f"]))
    g.phrase("all_of", "ALL (of? THE)?", lambda c: 0)
    g.phrase("all_of", "BOTH (of? THE)?", lambda c: 2)
    g.phrase("all_of", "(ALL (of? THE)? | THE)? (x:NUMBER | x:COUNT)", lambda c: c["x"].value)
    g.phrase("many_images", "DOCKER* IMAGES (TAG | VERSION_WORD)? | DOCKER* IMAGE TAG")
    g.phrase("what_of", "d:<all_of> r:<release> <many_images>", _all_images)
    g.phrase("what_of", "d:<all_of> <many_images> (of | in | for | on) r:<release>", _all_images)
    g.phrase("what_of", "f:<field> n:NAME", _image_named)
    g.phrase("what_of", "THE? n:NAME sidecar IMAGE? (TAG | VERSION_WORD)?", _sidecar)
    g.phrase("what_of", "f:<its_chart>", _by_chart)
    g.phrase("what_of", "x:CHARTED", lambda c: _by_chart({"f": Field("chart", of=c["x"])}))
    g.phrase("what_of", "THE? x:PATH f:<field>?", _of_file)
    g.phrase("is_now", "(is | are | (should | must | shall) be | (needs | need) to be) (now | at last)?")
    g.phrase("stands", "<is_now> (at | on) f:<field>? (: | =)? x:<value> (instead of <field>? y:<old>)?", _stands)
    g.phrase("stands", "MODAL? (GOES | move | go) <change>", lambda c: c["change"])
    g.phrase("stands", "(points | MODAL point) (at | to) f:<field>? x:<value>", _stands)
    g.phrase(
        "stands",
        "((MODAL | now)? (USES | has) | MODAL have) f:<field> (: | =)? x:<value> (instead of <field>? y:<old>)?",
        _stands,
    )
    g.phrase("stands", "(USES | references | pins | runs) THE? IMAGE? x:IMAGE_REF", _runs)
    g.phrase("stands", "USES THE? n:NAME IMAGE? TAG x:<value>", _uses_its)
    g.phrase(
        "stands",
        "(references | MODAL (reference | run with?)) f:<field> (: | =)? x:<value> (instead of <field>? y:<old>)?",
        _stands,
    )
    g.phrase("equals", "<is_now> (: | =)? x:<value> (instead of <field>? y:<old>)?", _stands)
    g.phrase("workload", "THE? n:NAME k:WORKLOAD | THE? k:WORKLOAD n:NAME", _workload)
    g.phrase("what_of", "r:<workload> f:<field>?", lambda c: (c["r"], c.get("f")))
    g.phrase("what_of", "f:<field> (of | in | for | on) r:<workload>", lambda c: (c["r"], c["f"]))
    g.phrase("stands", "now? runs THE? IMAGE? TAG (: | =)? x:<value> (instead of TAG? y:<old>)?", _runs)
    g.phrase("list", "a:<value> <and> b:<value>", lambda c: (c["a"], c["b"]))
    g.phrase("list", "a:<value> , b:<value> ,? AND c:<value>", lambda c: (c["a"], c["b"], c["c"]))
    g.phrase("fields", "HELM? CHART VERSION_WORD?", lambda c: Field("chart"))
    g.phrase("fields", "DOCKER* IMAGES (TAG | VERSION_WORD)? | DOCKER* IMAGE TAG", lambda c: Field("image"))
    g.phrase("fields", "HELMRELEASES | RELEASES", lambda c: Field())
    g.phrase("one_to", "w:<what_of> c:<change>", lambda c: {"what_of": c["w"], "change": c["c"]})
    g.phrase("there", "<change> <where>")
    g.phrase("at_there", "x:<value> <where>", lambda c: {"change": Change(c["x"]), "where": c["where"]})
    g.phrase("there", "to? x:<value> <where>", lambda c: {"change": Change(c["x"]), "where": c["where"]})
    g.phrase("all_over", ",? EVERYWHERE | OPEN EVERYWHERE CLOSE", lambda c: Place(everywhere=True))
    g.phrase("many_to", "a:<one_to> <and> b:<one_to>", lambda c: (c["a"], c["b"]))
    g.phrase("many_to", "a:<one_to> , b:<one_to> ,? AND c:<one_to>", lambda c: (c["a"], c["b"], c["c"]))


def _image_named(c: Captured) -> tuple[Target, Field] | None:
    """ "image ghcr.io/team/api": that which is pinned; "chart longhorn": that of the release."""
    entry = c["n"].entry
    pinned = c["f"] == Field("image") and entry.pins and not entry.releases
    made = c["f"] == Field("chart") and entry.releases
    return (Target(None, (c["n"],)), c["f"]) if pinned or made else None


def _all_images(c: Captured) -> tuple[Target, Field] | None:
    """ "all ffl images", "both images of the ffl HelmRelease"."""
    target: Target = c["r"]
    one = len(target.names) == 1 and target.names[0].entry is not None and target.names[0].entry.releases
    return (target, Field("image", plural=True, every=True, count=c["d"] or None)) if one else None


def _sidecar(c: Captured) -> tuple[Target, Field] | None:
    """ "the proxy sidecar": its image; "the web sidecar" of a workload web is another container than web."""
    entry = c["n"].entry
    named = entry.pins and not entry.releases and not entry.workloads
    return (Target(None, (c["n"],)), Field("image")) if named else None


def _its_image(c: Captured) -> Field | None:
    """ "the backend image", of which a release is said behind it."""
    entry = c["x"].entry
    return Field("image", of=c["x"]) if entry.images or entry.pins else None


def _version_of(c: Captured) -> dict[str, Any] | None:
    """ "longhorn 1.11.0", "longhorn chart version 1.11.0"."""
    target, field = c["w"]
    if target is None or (field is not None and "f" in c):
        return None
    return {"what_of": (target, field or c.get("f")), "change": Change(c["x"])}


def _own_image(c: Captured) -> Field | None:
    """ "the migrations image", of a release: by the key that it has in the values, where no image is called so."""
    token: Token = c["x"]
    known = token.entry is not None and (token.entry.pins or token.entry.releases)
    return None if known or token.code else Field("image", of=token)


def _of_its_own(c: Captured) -> tuple[Target, Field] | None:
    """ "the checkout migrations image"."""
    return (Target(None, (c["n"],)), c["f"]) if c["n"].entry.releases else None


def _by_chart(c: Captured) -> tuple[Target, Field] | None:
    """ "the app-template chart": of the release that is made from it, where no release itself is called so."""
    entry = c["f"].of.entry
    return None if entry.releases or entry.sources or entry.pins or entry.images else (Target("HelmRelease"), c["f"])


def _of_file(c: Captured) -> tuple[Target, Any] | None:
    """`apps/x/helmrelease.yaml`: the release in that file."""
    return (Target("HelmRelease", file=c["x"].text), c.get("f")) if c["x"].text.endswith((".yaml", ".yml")) else None


def _stands(c: Captured) -> Change | None:
    """ "is at 1.2.3", "uses image tag 1.2.3": what a manifest is to say."""
    named: Field | None = c.get("f")
    if named is not None and named.digest and c["x"].kind != "digest":
        return None
    return Change(c["x"], c.get("y"), named)


def _uses_its(c: Captured) -> Change | None:
    """ "uses backend tag 1.2.3": of which of its images."""
    field = _its_image({"x": c["n"]})
    return Change(c["x"] if not isinstance(c["x"], Token) else wanted(c["x"]), None, field) if field else None


_KINDS = {fold(kind): kind for kind in ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")}


def _workload(c: Captured) -> Target | None:
    kind = _KINDS.get(fold(c["k"].text))
    return Target(kind, (c["n"],)) if kind and c["n"].entry.workloads else None


def _runs(c: Captured) -> Change:
    """ "runs image tag 1.2.3"; "runs version 1.2.3" may be said of what a cluster does."""
    return Change(wanted(c["x"]) if isinstance(c["x"], Token) else c["x"], c.get("y"), Field("image"))


def _bump(c: Captured) -> list[Ask] | None:
    if "images" in c:
        return _image_for_image(c)
    if "of_version" in c:
        c = {**c, **c["of_version"]}
    target, field = c["what_of"] if "what_of" in c else (c["r"], c.get("f"))
    if target is None:
        target = c.get("in_release", Target())
    elif "in_release" in c:
        return None
    change = c.get("change") or c.get("stands") or c.get("equals")
    if change is not None and change.field is not None and change.field.name is not None:
        if field is not None and field.name not in (None, change.field.name):
            return None
        field = field if field is not None and (field.of is not None or field.plural) else change.field
    if field is not None and field.digest and change is not None and change.to.kind != "digest":
        return None
    if field is not None and field.tag and target.kind not in (None, "HelmRelease"):
        field = None
    if "equals" in c and (field is None or field.name is None):
        return None  # "longhorn is 1.11.0" may be said of what a cluster runs
    return _asks(c, target, field, change)


def _asks(c: Captured, target: Target, field: Field | None, change: Change | None) -> list[Ask] | None:
    verb = c.get("bump_verb") or c.get("bump_done") or "bump"
    places = [c[k] for k in ("where", "where2") if c.get(k) is not None]
    if change is None and not ("u" in c and (target.kind is not None or target.names) and not target.file):
        return None  # "upgrade chart" does not say of what, "edit ffl" not to what
    if target == Target() and (field is None or field.name is None):
        return None  # "bump version to 2.0.0" may be any version
    if change is not None and change.to.kind == "whole" and (field is None or field.name != "image"):
        return None  # "ffl from 2 to 3" may be said of its replicas
    slots = {"target": target, "field": field, "change": change, "rollback": verb == "rollback"}
    return [Ask("bump", {**slots, "where": places, "each": c.get("in_each")})]


def _several(c: Captured) -> list[Ask] | None:
    """ "the x and y images of z", "the x and y charts to 1.2.3 and 4.5.6" (the first of the one to the first of the
    other), "x to 1.2.3 and y to 4.5.6"."""
    if "there" in c:
        return all_asks(_bump({**c, **each}) for each in (c["there"], c["there2"]))
    if "many_to" in c:
        whose = "in_release" in c
        return all_asks(
            _bump({**c, **_about(each, c.get("fields") or c.get("f"), whose=whose)}) for each in c["many_to"]
        )
    names, values = c["names"], c.get("list")
    changes = [Change(each) for each in values] if values else [c["change"]] * len(names) if "change" in c else []
    if len(names) < 2 or len(names) != len(changes) or any(each.to.kind != "version" for each in changes):
        return None
    about: list[tuple[Target, Field | None]] = [(Target(None, (each,)), c.get("fields")) for each in names]
    if "x" in c and c["x"].entry.releases:
        c = {**c, "r": Target("HelmRelease", (c["x"],))}
    elif "x" in c:
        return None
    if "r" in c:
        about = [(c["r"], Field("image", of=each)) for each in names]
    return all_asks(_bump({**c, "what_of": one, "change": to}) for one, to in zip(about, changes, strict=True))


def _about(one: Captured, field: Field | None, *, whose: bool) -> Captured:
    """Of several, one, with the word that stands before all of them ("Charts: …"); `whose`: behind them is said of
    which release its images are."""
    target, own = one["what_of"]
    if whose and own == Field("image") and target is not None and len(target.names) == 1 and target.kind is None:
        its = _its_image({"x": target.names[0]})
        return {**one, "what_of": (None, its) if its is not None else one["what_of"]}
    return {**one, "what_of": (target, own or field)}


def _used(c: Captured) -> list[Ask] | None:
    """ "use tag 1.2.3 for x"."""
    target, field = c["what_of"]
    said: Field = c["f"]
    if field is not None and None not in (field.name, said.name) and field.name != said.name:
        return None
    meant = field if field is not None and field.name else said
    return _bump({**c, "what_of": (target, meant), "change": _stands(c)})


def _image_for_image(c: Captured) -> list[Ask] | None:
    """ "Update host/image:1.0 to host/image:1.1": the references say of what."""
    change: Change = c["images"]
    if change.before is None or change.before.reference is None or change.to.reference is None:
        return None
    return _bump({**{key: value for key, value in c.items() if key != "images"},
                  "what_of": (None, Field("image")), "change": change})  # fmt: skip


def _unspoken(c: Captured) -> list[Ask] | None:
    if "images" in c:
        return _image_for_image(c)
    if "x" in c and isinstance(c["x"], Wanted):
        c = {**c, "change": Change(c["x"])}
    first = _plain({**c, "what_of": c.get("what_of") or (c["r"], c["f"])})
    if first is None or "c2" not in c:
        return first
    second = _plain({"what_of": (c["r"], c["f2"]), "change": c["c2"]})
    return first + second if second is not None else None


def _plain(c: Captured) -> list[Ask] | None:
    """Without a verb only `A → B`, or an arrow, says that something is to change."""
    target = c["what_of"][0]
    named = target is not None and (target.names or target.file)
    return _bump(c) if named and ("arrow" in c or c["change"].before is not None) else None


def _labelled(c: Captured) -> list[Ask] | None:
    """ "longhorn chart: 1.11.0": of what has a version ("chart", "image"), not of a bare name."""
    target, field = c["what_of"] if "what_of" in c else (c["r"], c["f"])
    named = target is not None and (target.names or target.file or (field is not None and field.of is not None))
    return _bump({**c, "what_of": (target, field)}) if named and field is not None and field.name else None


_REST = "{ <change> <where> where2:<where> <in_each> <in_release> } <manner>*"
_AT = "(<where> | <in_each>)"
_AT2 = "(where2:<where> | <in_each>)"

RULES = (
    Rule(
        "bump",
        (
            f"MANNER? <bump_verb> <what_of> :? {_REST}",
            f"<what_of> <be>? MANNER? <bump_done> {_REST}",
            f"<what_of> {_AT} <be>? MANNER? <bump_done> <change> <manner>*",
            f"bump_verb:<rolling> <what_of> back {_REST}",
            "r:<release> (: | DASH) <bump_verb> THE? f:<field>? <change> <where>? <manner>*",
            f"bump_verb:<taking> <what_of> (up | forward | over)? {_REST}",
            f"bump_verb:<taking> forward <what_of> {_REST}",
            f"<bump_verb> to of_version:<version_of> {_AT}? <manner>*",
            f"(use | promote) of_version:<version_of> {_AT}? <manner>*",
            "promote of_version:<version_of> to where:<a_spot> <manner>*",
            "<bump_verb> where:<a_spot> to of_version:<version_of> <manner>*",
            "where:<a_spot> <arrives> of_version:<version_of> <manner>*",
            "MANNER? <bump_verb> images:<change> <where>? <manner>*",
            "MANNER? u:UPGRADE <what_of> { <where> where2:<where> <in_release> } <manner>*",
            "<what_of> <be>? MANNER? u:UPGRADED { <where> where2:<where> <in_release> } <manner>*",
        ),
        _bump,
        {
            "Update ffl HelmRelease to version 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump ffl to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump FFL to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Move ffl to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "ffl chart in prod is bumped to 0.1.18": "helmrelease.bump name=ffl field=chart where=prod version=0.1.18",
            "HelmRelease ffl-web updated to 0.2.0": "helmrelease.bump name=ffl-web version=0.2.0",
            "Update the ffl HelmRelease image tag to 0.1.18": "helmrelease.bump name=ffl field=image version=0.1.18",
            "Upgrade the longhorn chart from 1.10.1 to 1.11.0": (
                "helmrelease.bump name=longhorn field=chart from_version=1.10.1 version=1.11.0"
            ),
            "Set image tag to 0.1.18 in the ffl HelmRelease": "helmrelease.bump name=ffl field=image version=0.1.18",
            "Update ffl HelmRelease in beckerkube to version 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump the image tag of ffl from 41 to 42": (
                "helmrelease.bump name=ffl field=image from_version=41 version=42"
            ),
            "Bump the chart version of longhorn to 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "Roll ffl back to 0.1.16": "helmrelease.bump name=ffl rollback=True version=0.1.16",
            "Update ghcr.io/dani-garcia/vaultwarden:1.35.2 to ghcr.io/dani-garcia/vaultwarden:1.35.3": (
                "helmrelease.bump name=vaultwarden namespace=default field=image image=ghcr.io/dani-garcia/vaultwarden "
                "from_version=1.35.2 version=1.35.3"
            ),
            "Roll back ffl to 0.1.16": "helmrelease.bump name=ffl rollback=True version=0.1.16",
            "ffl HelmRelease should be bumped to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Update HelmRelease chart version: `0.1.3` → `0.2.0`": (
                "helmrelease.bump name=triager namespace=triager field=chart from_version=0.1.3 version=0.2.0"
            ),
            "Update `apps/longhorn/helmrelease.yaml` to chart version 1.11.0": (
                "helmrelease.bump name=longhorn namespace=storage file=apps/longhorn/helmrelease.yaml field=chart version=1.11.0"
            ),
            "Update ffl images to 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend version=0.1.18"
            ),
            "Update all ffl images to 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend version=0.1.18"
            ),
            "Update both images of ffl from 0.1.17 to 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend from_version=0.1.17 version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend from_version=0.1.17 version=0.1.18"
            ),
            "Set all 2 ffl images to tag 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend version=0.1.18"
            ),
            "Bump ffl to 0.1.18 from 0.1.17": "helmrelease.bump name=ffl from_version=0.1.17 version=0.1.18",
            "Bump longhorn to 1.11.0 in staging only": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "Bump longhorn to 1.11.0 in staging and prod": (
                "helmrelease.bump name=longhorn where=staging,prod version=1.11.0"
            ),
            "Upgrade the longhorn Helm chart to version 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "Bump the backend image in the ffl HelmRelease to 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18"
            ),
            "Update `longhorn` (storage) from 1.10.1 to 1.11.0": (
                "helmrelease.bump name=longhorn namespace=storage from_version=1.10.1 version=1.11.0"
            ),
            "Roll longhorn forward to 1.11.0": "helmrelease.bump name=longhorn version=1.11.0",
            "Bring longhorn up to 1.11.0 in staging": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "Upgrade to longhorn 1.11.0": "helmrelease.bump name=longhorn version=1.11.0",
            "Use longhorn 1.11.0 in staging": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "Promote longhorn 1.11.0 to prod": "helmrelease.bump name=longhorn where=prod version=1.11.0",
            "Move staging to longhorn 1.11.0": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "Prod picks up longhorn 1.11.0": "helmrelease.bump name=longhorn where=prod version=1.11.0",
            "Staging is on longhorn chart 1.11.0": (
                "helmrelease.bump name=longhorn field=chart where=staging version=1.11.0"
            ),
            "staging: bump longhorn to 1.11.0": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "In staging, bump longhorn to 1.11.0": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "longhorn: update chart to 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "Update image `ghcr.io/jzkk720/pacgate-api` to 0.1.2": (
                "kustomize.image file=clusters/overlays/prod/kustomization.yaml image=ghcr.io/jzkk720/pacgate-api tag=0.1.2"
            ),
            "Bump longhorn to 1.11.0 everywhere": "helmrelease.bump name=longhorn everywhere=True version=1.11.0",
            "Set newTag of pacgate-api to 0.1.2 in clusters/overlays/prod/kustomization.yaml": (
                "kustomize.image file=clusters/overlays/prod/kustomization.yaml image=ghcr.io/jzkk720/pacgate-api tag=0.1.2"
            ),
            "Pin the podinfo OCIRepository to tag 6.8.0": "source.bump kind=OCIRepository name=podinfo version=6.8.0",
            "Bump OCIRepository podinfo to 6.8.0": "source.bump kind=OCIRepository name=podinfo version=6.8.0",
        },
        {
            "Update all HelmRelease files in beckerkube with new image versions": "b not-determinate",
            "Update chart version from v27.x to v33.x": "b not-determinate",
            "Pin Helm chart to current stable at scaffold time": "b not-determinate",
            "Update ffl HelmRelease to new version": "b not-determinate",
            "Bump ffl from 41 to 42": "u",
            "Update all 3 ffl images to 0.1.18": "b count-differs",
            "Update both images of vaultwarden to 1.35.3": "b count-differs",
            "Update all ffl images except backend to 0.1.18": "u",
            "Update two of the ffl images to 0.1.18": "u",
            "Update the ffl-api sidecar to 0.1.1": "u",
            "Bump the ffl chart from 41 to 42": "u",
            "Bump the image tag of ffl to 42": "u",
            "Bump ffl to 0.1.18 with zero downtime": "u",
            "Bump ffl to 0.1.18 - staging only": "u",
            "Bump ffl to 0.1.18 (if exists)": "u",
            "Bump ffl to 0.1.18 and document it": "u",
            "Bump ffl to 0.1.18 if needed": "u",
            "Do not bump ffl to 0.1.18": "u",
            "Bump the podinfo OCIRepository image to 6.8.0": "b not-supported",
            "Bump ffl to 0.1.18 after approval": "u",
            "Bump ffl to 0.1.18 or 0.1.19": "u",
            "Bump fffl to 0.1.18": "u unknown-name",
            "Update ffl to use Kubernetes 1.30": "u",
            "ffl was bumped to 0.1.17 last week": "u",
            "Bump longhorn chart to 1.11": "b not-determinate",
            "Update the ffl HelmRelease values to 0.1.18": "u",
            "Bump ffl to 0.1.18 except in production": "u",
            "Has ffl been bumped to 0.1.18?": "u",
            "Bump version to 2.0.0": "u",
            "Edit ffl HelmRelease": "u",
            "Edit `apps/ffl/config.yaml`": "u",
            "Pin ffl": "u",
            "Set the ffl image": "u",
            "Upgrade ffl": "b not-determinate",
            "Upgrade ffl and longhorn": "b not-determinate",
            "Update ffl to 0.1.18 in the docs": "u",
            "Bump ffl to 0.1.18 minimum": "u",
            "Bump ffl to 0.1.18 or later": "u",
            "Switch ffl to ffl-web 0.2.0": "u",
            "Update longhorn values to 1.11.0": "u",
            "Upgrade longhorn-crds to 1.11.0": "u",
            "Change image registry to ghcr.io": "u",
            "Upgrade chart": "u",
            "Upgrade charts to use Recharts library": "u",
            "Upgrade Chart.js and replace FusionCharts": "u",
            "Update chart version to 1.2.3": "b ambiguous",
            "Bump metallb to 192.168.7.21": "u",
            "Bump ffl to 192.168.7.21": "u",
            "Bump ffl to 18": "u",
            "Bump ffl to 0.1.18 and commit": "u",
            "Bump ffl to 0.1.18 and wait for rollout": "u",
            "Bump ffl CRDs to 0.1.18": "u",
            "Bump ffl to 0.1.18 to production": "u",
            "Bump ffl dependencies to 0.1.18": "u",
            "Updated ffl HelmRelease to 0.1.18": "u",
            "Bump ffl to 0.1.18 (requires Kubernetes 1.30)": "u",
            "Bump ffl to 0.1.18 (manual)": "u",
            "Bump ffl to ~~0.1.17~~ 0.1.18": "u",
            "Bump nothing-here HelmRelease to 0.1.18": "b not-found",
            "Bump ffl to latest": "b not-determinate",
            "Bump ffl to >=0.1.18": "b not-determinate",
            "Bump ffl to <version>": "b placeholder",
            "Bump longhorn to 1.11.0 in canary": "u unknown-name",
            "Bump longhorn to 1.11.0 in staging, not prod": "u",
            "Bump longhorn to 1.11.0 first in staging": "u",
            "Bump longhorn to 1.11.0 in staging or prod": "u",
            "In staging or prod, bump longhorn to 1.11.0": "u",
            "In staging, bump longhorn to 1.11.0 in prod": "u",
            "In the meantime, bump longhorn to 1.11.0": "u",
            "longhorn: do not update chart to 1.11.0": "u",
            "longhorn: update docs to 1.11.0": "u",
            "Staging runs longhorn 1.11.0": "u",
            "Staging was on longhorn 1.11.0": "u",
            "Staging uses Kubernetes 1.30.1": "u",
            "Staging goes to 1.11.0": "u",
            "Promote longhorn to prod": "u",
            "Promote longhorn 1.11.0 from staging to prod": "u",
            "Use longhorn 1.11.0 as a base": "u",
            "Use longhorn 1.11.0 or 1.11.1": "u",
            "Take longhorn to staging": "u",
            "Bring back longhorn 1.11.0": "u",
            "Move staging to longhorn 1.11.0 and prod to 1.10.2": "u",
            "Staging: bump longhorn to 1.11.0 in prod": "u",
            "staging, prod: bump longhorn to 1.11.0 once it works": "u",
            "Update image of `ghcr.io/unknown/api` to 0.1.2": "u",
            "Bump longhorn to 1.11.0 in staging and canary": "u",
            "Bump longhorn to 1.11.0 in staging and then prod": "u",
            "Bump the stitcher image in the ffl HelmRelease to 0.1.18": "b not-found",
            "Bump longhorn image to chart 1.2.0": "u",
            "Bump API version to 1.3.0": "u",
            "Upgrade ffl (Kubernetes) to 0.1.18": "u",
            "Bump longhorn (prod only) to 1.11.0": "u",
            "Bump longhorn (not prod) to 1.11.0": "u",
            "Bump longhorn (prod) to 1.11.0 in staging": "u",
            "longhorn in staging is at 1.11.0 in prod": "u",
            "longhorn chart in staging to 1.11.0 in prod": "u",
            "Verify that longhorn is at 1.11.0": "helmrelease.bump name=longhorn version=1.11.0 check=True",
            "Verify that longhorn is not at 1.11.0": "u",
            "Ensure that longhorn is not at 1.11.0": "u",
            "Ensure that longhorn is at 1.11.0 after the freeze": "u",
        },
    ),
    Rule(
        "what a manifest is to say",
        (
            f"<what_of> {_AT}? (<stands> | <equals>) where2:<where>? <manner>*",
            "<what_of> (<stands> | <equals>) <in_each> <manner>*",
            f"{_AT} , <what_of> (<stands> | <equals>) <manner>*",
            "(the | our)? where:<a_stage> (OVERLAY | ENVIRONMENT | CLUSTER)? (pins | sets) <what_of> <change> <manner>*",
        ),
        _bump,
        {
            "ffl image goes from 0.1.17 to 0.1.18": "helmrelease.bump name=ffl field=image from_version=0.1.17 version=0.1.18",
            "longhorn moves to 1.11.0 in staging": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "longhorn is now at 1.11.0": "helmrelease.bump name=longhorn version=1.11.0",
            "In staging, longhorn is on chart version 1.11.0": (
                "helmrelease.bump name=longhorn field=chart where=staging version=1.11.0"
            ),
            "apps/longhorn/helmrelease.yaml has chart version 1.11.0": (
                "helmrelease.bump name=longhorn namespace=storage file=apps/longhorn/helmrelease.yaml field=chart version=1.11.0"
            ),
            "longhorn uses chart version 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "longhorn in prod should be on 1.11.0 instead of 1.10.1": (
                "helmrelease.bump name=longhorn where=prod from_version=1.10.1 version=1.11.0"
            ),
            "vaultwarden references ghcr.io/dani-garcia/vaultwarden:1.35.3": (
                "helmrelease.bump name=vaultwarden field=image image=ghcr.io/dani-garcia/vaultwarden version=1.35.3"
            ),
            "The ffl HelmRelease uses backend tag 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18"
            ),
            "The kiosk worker image is at 1.2.3": "helmrelease.bump name=kiosk field=image image=worker version=1.2.3",
            "longhorn chart version is 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "The ffl-api Deployment uses image tag 0.1.1": (
                "kustomize.image file=apps/ffl/deployment.yaml image=ghcr.io/example/pacgate-ui tag=0.1.1"
            ),
            "The staging overlay pins longhorn to 1.11.0": "helmrelease.bump name=longhorn where=staging version=1.11.0",
            "vaultwarden runs image tag 1.35.3": "helmrelease.bump name=vaultwarden field=image version=1.35.3",
        },
        {
            "longhorn is not at 1.11.0": "u",
            "The migrations image is at 0.1.18": "u",
            "The ffl migrations image is at 0.1.18": "u unknown-name",
            "Bump the web and worker images of the ffl HelmRelease to 0.1.18": "u unknown-name",
            "The old ffl image is at 0.1.18": "u",
            "longhorn was at 1.11.0": "u",
            "longhorn stays at 1.11.0": "u",
            "longhorn can be on 1.11.0": "u",
            "longhorn is on Kubernetes 1.30.1": "u",
            "ffl runs version 0.1.18": "u",
            "ffl pods use image tag 0.1.18": "u",
            "longhorn goes to 1.11.0 after the freeze": "u",
            "longhorn goes to production": "u",
            "longhorn is at 1.11.0 or higher": "u",
            "longhorn uses 2 replicas": "u",
            "longhorn had chart version 1.11.0": "u",
            "longhorn goes to the latest version": "b not-determinate",
            "longhorn is 1.11.0": "u",
            "The ffl-api Service uses image tag 0.1.1": "u",
            "The staging overlay pins everything to 1.11.0": "u",
            "The ffl HelmRelease uses longhorn tag 0.1.18": "u",
        },
    ),
    Rule(
        "use a version for something",
        (f"(use | BUMP) THE? f:<field> (: | =)? x:<value> (for | in | of | on) <what_of> {_AT}? <manner>*",),
        _used,
        {
            "Use image tag 0.1.18 for ffl": "helmrelease.bump name=ffl field=image version=0.1.18",
            "Use chart version 1.11.0 for longhorn in staging": (
                "helmrelease.bump name=longhorn field=chart where=staging version=1.11.0"
            ),
            "Pin version 1.11.0 of the longhorn chart": "helmrelease.bump name=longhorn field=chart version=1.11.0",
        },
        {
            "Use tag 0.1.18 for everything": "u",
            "Use chart version 1.11.0 for the longhorn image": "u",
            "Use version 1.30.1 of Kubernetes": "u",
            "Use a new tag for ffl": "u",
        },
    ),
    Rule(
        "several at once",
        (
            f"<bump_verb> THE? <names> <fields>? {_AT}? to <list> respectively? {_AT}? <manner>*",
            f"THE? <names> <fields>? MODAL? (GOES | move | go) to <list> respectively? {_AT}? <manner>*",
            f"THE? <names> <fields>? <be> <bump_done> to <list> respectively? {_AT}? <manner>*",
            f"<bump_verb> THE? names:<own_parts> IMAGES (TAG | VERSION_WORD)? (of | in | for | on) r:<release> "
            f"{{ (<change> | to <list> respectively?) {_AT} }} <manner>*",
            f"<bump_verb> THE? x:NAME names:<own_parts> (IMAGES (TAG | VERSION_WORD)? | IMAGE TAG) {{ (<change> | to <list>) {_AT} }}",
            f"({_AT} ,)? <bump_verb> <many_to> <in_release>? <manner>*",
            "<bump_verb> <what_of> there:<there> <and> there2:<there> <manner>*",
            "<what_of> <is_now> at there:<at_there> <and> at? there2:<at_there>",
            "<bump_verb> <many_to> where:<all_over> <manner>*",
            "(<fields> | f:<field>) : <many_to> where:<all_over>? <manner>*",
        ),
        _several,
        {
            "longhorn is at 1.11.0 in staging and at 1.10.2 in prod": (
                "helmrelease.bump where=staging name=longhorn version=1.11.0 + "
                "helmrelease.bump where=prod name=longhorn version=1.10.2"
            ),
            "Bump longhorn and ffl-web to 1.11.0 and 0.2.0 respectively": (
                "helmrelease.bump name=longhorn version=1.11.0 + helmrelease.bump name=ffl-web version=0.2.0"
            ),
            "The longhorn and ffl-web charts go to 1.11.0 and 0.2.0": (
                "helmrelease.bump name=longhorn field=chart version=1.11.0 + "
                "helmrelease.bump name=ffl-web field=chart version=0.2.0"
            ),
            "Update ffl frontend and backend image tags to 0.1.18": (
                "helmrelease.bump name=ffl namespace=ffl field=image image=192.168.7.21:5000/ffl/frontend "
                "version=0.1.18 + "
                "helmrelease.bump name=ffl namespace=ffl field=image image=192.168.7.21:5000/ffl/backend "
                "version=0.1.18"
            ),
            "Charts: longhorn to 1.11.0, ffl-web to 0.2.0": (
                "helmrelease.bump name=longhorn field=chart version=1.11.0 + "
                "helmrelease.bump name=ffl-web field=chart version=0.2.0"
            ),
            "Bump the image in apps/ffl/deployment.yaml to 0.1.1": (
                "kustomize.image file=apps/ffl/deployment.yaml image=ghcr.io/example/pacgate-ui tag=0.1.1"
            ),
            "Bump the cache and worker images of kiosk to 1.2.3": (
                "helmrelease.bump name=kiosk field=image image=cache version=1.2.3 + "
                "helmrelease.bump name=kiosk field=image image=worker version=1.2.3"
            ),
            "Bump the ffl-api Deployment to 0.1.1": (
                "kustomize.image file=apps/ffl/deployment.yaml image=ghcr.io/example/pacgate-ui tag=0.1.1"
            ),
            "ffl: bump the backend image to 0.1.18 and the frontend image to 0.1.19": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend version=0.1.19"
            ),
            "Bump longhorn to 1.11.0 in staging and 1.10.2 in prod": (
                "helmrelease.bump name=longhorn where=staging version=1.11.0 + "
                "helmrelease.bump name=longhorn where=prod version=1.10.2"
            ),
            "Bump longhorn to 1.11.0 and ffl-web to 0.2.0 everywhere": (
                "helmrelease.bump name=longhorn everywhere=True version=1.11.0 + "
                "helmrelease.bump name=ffl-web everywhere=True version=0.2.0"
            ),
            "Bump longhorn to 1.11.0 and ffl-web to 0.2.0": (
                "helmrelease.bump name=longhorn version=1.11.0 + helmrelease.bump name=ffl-web version=0.2.0"
            ),
            "Bump the backend and frontend images of the ffl HelmRelease to 0.1.18": (
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/backend version=0.1.18 + "
                "helmrelease.bump name=ffl field=image image=192.168.7.21:5000/ffl/frontend version=0.1.18"
            ),
        },
        {
            "longhorn is at 1.11.0 in staging and 1.10.2": "u",
            "longhorn is at 1.11.0 in staging and not at 1.10.2 in prod": "u",
            "longhorn was at 1.11.0 in staging and at 1.10.2 in prod": "u",
            "longhorn is at 1.11.0 in staging or at 1.10.2 in prod": "u",
            "Bump longhorn, ffl-web and ffl to 1.11.0 and 0.2.0 respectively": "u",
            "Bump longhorn to 1.11.0 and 1.12.0": "u",
            "Bump longhorn to 1.11.0 in staging and 1.10.2": "u",
            "Bump longhorn to 1.11.0 in staging and later in prod": "u",
            "Bump longhorn and ffl-web to 1.11.0 or 0.2.0": "u",
            "Bump longhorn to 1.11.0 and ffl-web to 0.2.0 in staging": "u",
            "Bump longhorn to 1.11.0 and document it in 2.0.0": "u",
            "Bump the backend and longhorn images of the ffl HelmRelease to 0.1.18": "u unknown-name",
        },
    ),
    Rule(
        "a version, without a verb",
        (
            f"<what_of> {_AT}? (: | DASH)? <change> where2:<where>? <manner>*",
            "r:<release> (: | DASH) f:<field> (: | =)? <change> <where>?",
        ),
        _labelled,
        {
            "longhorn chart: 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "Chart of longhorn in staging to 1.11.0": "helmrelease.bump name=longhorn field=chart where=staging version=1.11.0",
        },
        {
            "longhorn: 1.11.0": "u",
            "Helm chart: 1.11.0": "u",
            "longhorn chart: current": "b not-determinate",
            "longhorn chart: 1.11.0 or later": "u",
            "longhorn chart: 1.11.0 is tested": "u",
            "longhorn docs: 1.11.0": "u",
            "Update longhorn and ffl-web chart version to 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0 + helmrelease.bump name=ffl-web field=chart version=1.11.0",
        },
        alone=True,
    ),
    Rule(
        "to, without a verb",
        (
            f"<what_of> {_AT}? (: | DASH)? arrow:to x:<value> {_AT2}? <manner>*",
            f"THE? <names> <fields>? {_AT}? (to <list> | <change>) {_AT2}? <manner>*",
        ),
        lambda c: _several(c) if "names" in c else _unspoken(c),
        {
            "ffl to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "longhorn chart to 1.11.0 in staging": "helmrelease.bump name=longhorn field=chart where=staging version=1.11.0",
            "longhorn and ffl-web to v1.11.0": (
                "helmrelease.bump name=longhorn version=v1.11.0 + helmrelease.bump name=ffl-web version=v1.11.0"
            ),
        },
        {
            "ffl to 0.1.18 by Friday": "u",
            "ffl up to 0.1.18": "u",
            "ffl to production": "u",
            "From ffl to 0.1.18": "u",
        },
        alone=True,
    ),
    Rule(
        "from → to, without a verb",
        (
            f"<what_of> {_AT}? (: | DASH | ,)? <change> {_AT2}? <manner>*",
            f"<what_of> {_AT}? (: | DASH)? arrow:→ x:<value> {_AT2}? <manner>*",
            f"(CHART | IMAGE) : <what_of> (: | DASH)? (<change> | arrow:→ x:<value>) {_AT}?",
            "images:<change> <where>? <manner>*",
            "r:<release> (: | DASH) f:<field> (: | =)? <change> <where>?",
            "r:<release> (: | DASH) f:<field> (: | =)? <change> , f2:<field> (: | =)? c2:<change>",
        ),
        _unspoken,
        {
            "**longhorn** `storage` — chart `1.10.1` → `1.11.0`": (
                "helmrelease.bump name=longhorn namespace=storage field=chart from_version=1.10.1 version=1.11.0"
            ),
            "**render-worker** `render` — chart `0.1.17` → `0.1.18`, image `0.1.17` → `0.1.18`": (
                "helmrelease.bump name=render-worker namespace=render field=chart from_version=0.1.17 version=0.1.18 + "
                "helmrelease.bump name=render-worker namespace=render field=image from_version=0.1.17 version=0.1.18"
            ),
            "`ghcr.io/dani-garcia/vaultwarden:1.35.2` → `ghcr.io/dani-garcia/vaultwarden:1.35.3`": (
                "helmrelease.bump name=vaultwarden namespace=default field=image image=ghcr.io/dani-garcia/vaultwarden "
                "from_version=1.35.2 version=1.35.3"
            ),
            "longhorn chart → 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "ffl: 0.1.17 → 0.1.18": "helmrelease.bump name=ffl from_version=0.1.17 version=0.1.18",
        },
        {
            "ffl → 0.1.18 → 0.1.19": "u",
            "longhorn → ffl 0.1.18": "u",
            "Kubernetes → 1.30.1": "u",
            "longhorn → latest": "b not-determinate",
        },
    ),
)
