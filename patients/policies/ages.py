"""How old somebody is."""

from datetime import date

ADULT = 18
"""Years."""


def age_on(day: date, *, born: date) -> int:
    """Whole years on that day; who was born on 29 February turns a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_minor(*, born: date, on: date) -> bool:
    """Whether a guardian speaks for the patient on that day."""
    return age_on(on, born=born) < ADULT
