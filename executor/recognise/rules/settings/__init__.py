"""Settings of objects by their names: replicas, resources, variables, keys, intervals, labels."""

from __future__ import annotations

from executor.recognise.grammar import Grammar
from executor.recognise.rules.settings import entries, holders, keys, setting, states, values

RULES = (*setting.RULES, *states.RULES, *entries.RULES)


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    for module in (values, keys, holders, setting, states, entries):
        module.add(g)
