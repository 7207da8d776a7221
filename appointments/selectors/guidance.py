"""What patients read behind the links of their messages, as the product ships it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "guidance.json"


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """A page to read: what it says, when to call, and the source that it follows."""

    key: str
    language: str
    title: str
    opening: str
    points: tuple[str, ...]
    call_when: tuple[str, ...]
    source: str


@cache
def guidance() -> dict[tuple[str, str], Guidance]:
    """Every page, by the key of its text and by language."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    pages = [Guidance(**row | {name: tuple(row[name]) for name in ("points", "call_when")}) for row in rows]
    return {(page.key, page.language): page for page in pages}
