"""The rules, one function each, in the order in which they are asked."""

from . import (
    answers,
    container,
    devices,
    disk,
    driver,
    fit,
    packages,
    permissions,
    places,
    runtime,
    settings,
    variables,
)
from .book import Found, Rule

#: Layer by layer. Within a layer what is not about GPUs comes first: a machine without a driver
#: is no reason to keep quiet about a full disk.
RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (
        disk,
        settings,
        driver,
        devices,
        container,
        permissions,
        places,
        packages,
        fit,
        variables,
        answers,
        runtime,
    )
    for rule in module.book.rules
)

__all__ = ["RULES", "Found", "Rule"]
