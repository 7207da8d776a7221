"""How the columns of a record look: as JSON, and as text on paper."""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Field, ForeignKey, Model

from appointments.selectors.record import Section, is_named
from clinic.api.render import bounds, local


def show_section(section: Section, zone: ZoneInfo) -> dict[str, Any]:
    """The rows of a table, moments in that zone."""
    return {
        "kind": section.model._meta.label_lower,
        "name": section.model._meta.verbose_name_plural.capitalize(),
        "rows": [show_row(row, section.fields, zone) for row in section.rows],
    }


def show_row(row: Model, fields: list[Field], zone: ZoneInfo) -> dict[str, Any]:
    """Every column by its name; a person or a word of a catalogue with id, name and, where there is one, code."""
    return {field.name: _column(row, field, zone) for field in fields}


def written(value: Any) -> str:
    """A shown value as text; what is empty is empty."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if "name" in value and "id" in value:
            return str(value["name"])
        return ", ".join(f"{_words(key)}: {text}" for key, item in value.items() if (text := written(item)))
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := written(item)))
    return str(value)


def label_of(name: str) -> str:
    """A column as the words on paper."""
    return _words(name).capitalize()


def _column(row: Model, field: Field, zone: ZoneInfo) -> Any:
    if isinstance(field, ForeignKey) and is_named(field):
        return _named(getattr(row, field.name))
    return _plain(getattr(row, field.attname), zone)


def _named(row: Model | None) -> dict[str, str] | None:
    if row is None:
        return None
    name = getattr(row, "name", None) or getattr(row, "title", None) or str(row)
    return {"id": str(row.pk), "name": name} | ({"code": row.code} if hasattr(row, "code") else {})


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if value is None or isinstance(value, bool | int | float | str | Mapping):
        return value
    if isinstance(value, datetime):
        return local(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, list):
        return [_plain(item, zone) for item in value]
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return bounds(value, zone)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
