"""Texts with their places filled in, so that a text message always fits and no value breaks out of its line."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from appointments.policies.gsm7 import LONGEST, gsm7_length, sendable
from appointments.policies.spoken import clock, day, short_clock, short_day
from appointments.policies.texts import PLACE, Text
from clinic.policies.protocol import SMS

NAMELESS: Final = {"en": "you", "es": "usted"}
"""Stands for a first name that the alphabet of text messages has no letters for."""
_LINE_WITH_PHONE: Final = re.compile(r"^.*\{phone\}.*\n?", re.MULTILINE)
_PHRASE_WITH_PHONE: Final = re.compile(r"\s*(?:Tel\. |[^.!?{}\n]*)\{phone\}[^{}\n]*$", re.MULTILINE)
SHORTENED: Final = ("first_name", "clinic")


class TooLong(ValueError):
    """Even with its names shortened, the text message does not fit."""


@dataclass(frozen=True, kw_only=True)
class Values:
    """What is filled in; `starts_at` is read as wall time of the zone that it carries (the site's)."""

    clinic: str
    first_name: str = ""
    phone: str = ""
    link: str = ""
    starts_at: datetime | None = None


def render(text: Text, values: Values) -> tuple[str, str]:
    """
    Subject and body; a text message comes in its alphabet and in 160 septets at most, the first name shortened first.

    Without a telephone number, the line (of a text message: the phrase) that would name it is left out.

    :raises TooLong: when a text message does not fit, because its link is longer than links are.
    """
    body = text.body if values.phone.strip() else _without_phone(text)
    if text.channel == SMS:
        return "", _fitting(body, _short(values, text.language), NAMELESS[text.language])
    filling = _full(values, text.language)
    return _filled(text.subject, filling), _filled(body, filling).rstrip() + "\n"


def _without_phone(text: Text) -> str:
    pattern = _PHRASE_WITH_PHONE if text.channel == SMS else _LINE_WITH_PHONE
    return pattern.sub("", text.body)


def _full(values: Values, language: str) -> dict[str, str]:
    when = values.starts_at
    return _lines(values) | ({"day": day(when, language), "time": clock(when, language)} if when else {})


def _short(values: Values, language: str) -> dict[str, str]:
    when = values.starts_at
    spoken = {"day": short_day(when, language), "time": short_clock(when, language)} if when else {}
    return {place: sendable(value) for place, value in (_lines(values) | spoken).items()}


def _lines(values: Values) -> dict[str, str]:
    named = {"first_name": values.first_name, "clinic": values.clinic, "phone": values.phone, "link": values.link}
    return {place: " ".join(value.split()) for place, value in named.items()}


def _fitting(body: str, filling: dict[str, str], nameless: str) -> str:
    body = sendable(body)
    filling["first_name"] = filling["first_name"].strip() or nameless
    for place in SHORTENED:
        surplus = _length(_filled(body, filling)) - LONGEST
        if surplus > 0 and f"{{{place}}}" in body:
            filling[place] = _shortened(filling[place], surplus)
    message = _filled(body, filling)
    if _length(message) > LONGEST:
        raise TooLong(f"the message takes {_length(message)} characters")
    return message


def _shortened(name: str, surplus: int) -> str:
    """Shorter by so many septets, with a point for what is left out; the first two letters stay, or all of a shorter name."""
    kept = name
    while len(kept) > 2 and _length(name) - _length(kept.rstrip() + ".") < surplus:
        kept = kept[:-1]
    return name if kept == name else kept.rstrip() + "."


def _filled(words: str, filling: dict[str, str]) -> str:
    return PLACE.sub(lambda found: filling[found[1]], words)


def _length(message: str) -> int:
    return gsm7_length(message) or 0
