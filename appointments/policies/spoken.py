"""How days and times are said in English and Spanish; a moment is read as wall time of the zone that it carries."""

from datetime import datetime
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WEEKDAYS: Final = {
    "en": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "es": _words("lunes martes miércoles jueves viernes sábado domingo"),
}
MONTHS: Final = {
    "en": _words("January February March April May June July August September October November December"),
    "es": _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
}
DAY: Final = {"en": "{weekday}, {month} {day}, {year}", "es": "{weekday} {day} de {month} de {year}"}
SHORT_DAY: Final = {"en": "{weekday:.3}, {month:.3} {day}", "es": "{weekday:.3} {day} {month:.3}"}
HALVES: Final = {"en": ("AM", "PM"), "es": ("a. m.", "p. m.")}
SHORT_HALVES: Final = {"en": ("AM", "PM"), "es": ("am", "pm")}
LONGEST_SHORT_DAY: Final = len("Wed, Sep 30")
LONGEST_SHORT_TIME: Final = len("12:30 PM")


def day(moment: datetime, language: str) -> str:
    """`Tuesday, January 12, 2027`."""
    return _day(DAY, moment, language)


def short_day(moment: datetime, language: str) -> str:
    """`Tue, Jan 12`, for where every character counts."""
    return _day(SHORT_DAY, moment, language)


def clock(moment: datetime, language: str) -> str:
    """`12:05 PM`."""
    return _clock(HALVES, moment, language)


def short_clock(moment: datetime, language: str) -> str:
    """The same with the shortest abbreviation."""
    return _clock(SHORT_HALVES, moment, language)


def _day(forms: dict[str, str], moment: datetime, language: str) -> str:
    weekday, month = WEEKDAYS[language][moment.weekday()], MONTHS[language][moment.month - 1]
    return forms[language].format(weekday=weekday, day=moment.day, month=month, year=moment.year)


def _clock(halves: dict[str, tuple[str, str]], moment: datetime, language: str) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {halves[language][moment.hour // 12]}"
