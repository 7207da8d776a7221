"""Days that are counted in calendar years and months."""

from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where that month lacks the day, the first of the next one."""
    years, month = divmod(day.month - 1 + months, 12)
    if day.year + years > date.max.year:
        return date.max
    first = day.replace(year=day.year + years, month=month + 1, day=1)
    try:
        return first.replace(day=day.day)
    except ValueError:
        return (first + timedelta(days=31)).replace(day=1)


def birthday(born: date, years: int) -> date:
    """The day on which somebody reaches that age; the 29 February is 1 March in other years."""
    return months_after(born, 12 * years)


def day_after(day: date) -> date:
    """The next day, or the last one that there is."""
    return day if day == date.max else day + timedelta(days=1)
