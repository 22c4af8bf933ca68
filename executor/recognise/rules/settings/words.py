"""Words of settings: what is no value, what is no key, which kinds of objects there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.words import KINDS_BY_WORD, VOCABULARY

Captured = Mapping[str, Any]


def several(c: Captured) -> tuple[Any, ...]:
    return tuple(c[key] for key in "abc" if key in c)


NO_VALUE = frozenset(
    " ".join(
        VOCABULARY[each]
        for each in "NEGATION CONDITION RESTRICTION QUESTION PUT_OFF VAGUE ALL BOTH REMAINING BE HAVE MODAL NEEDS IT MANNER "
        "EVERYWHERE THEN AND OR THE COUNT".split()
    ).split()
) - {"enabled", "draft", "first"} | frozenset(
    "to in of for on at from with by as into onto within under over per via so be its their his her my your "
    "something anything nothing whatever some any more less most least few many much such other others another "
    "same different own default defaults empty null nil zero one once twice double half max maximum min minimum "
    "higher lower bigger smaller longer shorter previous original old last normal reasonable sensible suitable "
    "lowercase uppercase value values number "
    "tbc tba fixme t.b.d t.b.d. unset undefined yours either neither xxx to-do to-be-decided to-be-defined "
    # compared with what is not said
    "better best worse worst faster fastest slower slowest cheaper cheapest larger largest smallest biggest highest "
    "lowest longest shortest older oldest louder loudest quieter quietest thinner thicker lighter darker brighter "
    "stronger weaker safer stricter looser tighter earlier sooner wider narrower deeper simpler cleaner finer coarser "
    "warmer cooler hotter softer harder nicer smarter "
    # what for
    "match fit comply reflect work suit allow avoid support handle improve reduce increase be have make get keep let "
    "help fix check see ensure meet save follow include exclude remove add do go change update set back again".split()
)  # fmt: skip
"""Words that do not say which value, or that begin something else."""
NO_KEY = (
    NO_VALUE
    | frozenset(VOCABULARY["TELLS"].split())
    | frozenset(
        "name names key keys value values id kind type field setting thing things everything version versions tag tags "
        "image images chart charts digest release label annotation namespace container replica helmrelease kustomization "
        "configmap deployment variable var env environment memory cpu limit request".split()
    )
)
"""Words that people say of many things: no key, unless in code."""
NOUNS = frozenset(
    {*KINDS_BY_WORD, *"release releases chart charts image images container containers sidecar file".split()}
)
