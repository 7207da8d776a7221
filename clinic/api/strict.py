"""Input that is read strictly: what is unknown, read-only or of another JSON type is an error, never dropped or bent."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

EARLIEST, LATEST = 1900, 2200
TEXTS = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.TimeField,
    serializers.UUIDField,
)


class StrictJson(JSONParser):
    """UTF-8 JSON of a sane size and depth, without NUL characters and lone surrogates."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """
        The parsed body.

        :raises ParseError: for whatever is not that.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise RequestDataTooBig
        try:
            text = raw.decode("utf-8")
            parsed = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is no JSON in UTF-8.") from error
        if "\\u" in text.lower() and not _is_storable(parsed):
            raise ParseError("The body holds a NUL character or half of a surrogate pair.")
        return parsed


class Moment(serializers.DateTimeField):
    """An RFC 3339 moment, which says its offset, as UTC."""

    default_error_messages = {
        "offset": "A moment needs its offset from UTC, for instance 2027-01-12T09:00:00-05:00.",
        "year": f"The year is not between {EARLIEST} and {LATEST}.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        """The moment in UTC."""
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("invalid", format="RFC 3339")
        if moment.tzinfo is None:
            self.fail("offset")
        if not EARLIEST <= moment.year < LATEST:
            self.fail("year")
        return moment.astimezone(UTC)


class Day(serializers.DateField):
    """A date, `YYYY-MM-DD`."""

    default_error_messages = {"year": f"The year is not between {EARLIEST} and {LATEST}."}

    def to_internal_value(self, value: Any) -> date:
        """The day."""
        day = super().to_internal_value(value)
        if not EARLIEST <= day.year < LATEST:
            self.fail("year")
        return day


class Strict(serializers.Serializer[Any]):
    """The base of every input."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The validated data; all errors at once."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        errors = self._surplus(data) | self._types(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **errors}) from error
        if errors:
            raise serializers.ValidationError(errors)
        return value

    def _surplus(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        fields = self.fields
        unknown = {name: ["There is no such field."] for name in data if name not in fields}
        read_only = {name: ["This field is only read."] for name in data if name in fields and fields[name].read_only}
        return unknown | read_only

    def _types(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        given = {name: field for name, field in self.fields.items() if name in data and not field.read_only}
        return {name: [wrong] for name, field in given.items() if (wrong := _wrong_type(field, data[name]))}


class NoInput(Strict):
    """Nothing: what is to happen stands in the address."""


def read(kind: type[Strict], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """
    The body as that input says.

    :raises ValidationError: with every error.
    """
    given = kind(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _wrong_type(field: serializers.Field[Any, Any, Any, Any], value: Any) -> str:
    """What is wrong with the JSON type of the value, if anything: DRF itself would take 1 for "1" and "yes" for true."""
    if value is None:
        return ""
    if isinstance(field, serializers.ListField):
        items = value if isinstance(value, list) else []
        return next((wrong for item in items if (wrong := _wrong_type(field.child, item) or _null(field.child, item))), "")
    if isinstance(field, serializers.BooleanField):
        return "" if isinstance(value, bool) else "This is true or false."
    if isinstance(field, serializers.IntegerField):
        return "" if isinstance(value, int) and not isinstance(value, bool) else "This is a whole number."
    if isinstance(field, serializers.FloatField):
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "This is a number."
    if isinstance(field, TEXTS):
        return "" if isinstance(value, str) else "This is a text."
    return ""


def _null(field: serializers.Field[Any, Any, Any, Any], value: Any) -> str:
    return "This may not be null." if value is None and not field.allow_null else ""


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _is_storable(value: Any) -> bool:
    """Whether every text in it can be kept by PostgreSQL and sent as UTF-8."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                return False
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend([*value, *value.values()])
    return True
