"""The rules, one module each. A module in this package that has a ``RULE`` is a rule: there is no list to
keep.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from pbvote.tally.rule import Rule


def _found() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(__path__):
        rule: Rule = importlib.import_module(f"{__name__}.{module.name}").RULE
        rules[rule.name] = rule
    return dict(sorted(rules.items()))


RULES: Mapping[str, Rule] = MappingProxyType(_found())
