"""Of two skin types of one person the one that asks for more care."""

from collections.abc import Mapping
from typing import Any

CAREFUL = ("sensitive", "pigmented")
"""Axes of which the true one asks for more care."""


def stricter(kept: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """
    The axes of `kept`, filled from `other` where nobody asked, and made stricter where `other` is.

    The higher Fitzpatrick type is the stricter: peels and lasers leave marks on darker skin.
    """
    joined = {name: other.get(name) if value is None else value for name, value in kept.items()}
    careful = {name: True for name in CAREFUL if kept.get(name) or other.get(name)}
    types = [value for value in (kept.get("fitzpatrick"), other.get("fitzpatrick")) if value]
    return joined | careful | ({"fitzpatrick": max(types)} if types else {})
