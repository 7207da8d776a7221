"""What messages say, in English and Spanish: first name, day, time, clinic and phone, and never a word about health."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True)
class Text:
    """A subject and a body with the places {first_name}, {day}, {time}, {clinic}, and {contact} (a sentence or nothing)."""

    subject: str
    body: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TEXTS: Final = {
    "en": {
        "confirmation": Text(
            "Your appointment at {clinic}",
            "Hello,\n\nan appointment for {first_name} is booked at {clinic}:\n{day}, {time}\n\n{contact}",
        ),
        "reminder": Text(
            "Reminder: your appointment at {clinic}",
            "Hello,\n\nwe expect {first_name} at {clinic}:\n{day}, {time}\n\n{contact}",
        ),
        "change": Text(
            "A change to your appointment at {clinic}",
            "Hello,\n\nthere is a change to the appointment of {first_name} at {clinic}. It takes place on\n{day}, {time}\n\n{contact}",
        ),
        "cancellation": Text(
            "Your appointment at {clinic} is cancelled",
            "Hello,\n\nthe appointment of {first_name} at {clinic} on\n{day}, {time},\nis cancelled.\n\n{contact}",
        ),
    },
    "es": {
        "confirmation": Text(
            "Su cita en {clinic}",
            "Hola:\n\nHay una cita reservada para {first_name} en {clinic}:\n{day}, {time}\n\n{contact}",
        ),
        "reminder": Text(
            "Recordatorio: su cita en {clinic}",
            "Hola:\n\nEsperamos a {first_name} en {clinic}:\n{day}, {time}\n\n{contact}",
        ),
        "change": Text(
            "Un cambio en su cita en {clinic}",
            "Hola:\n\nHay un cambio en la cita de {first_name} en {clinic}. Queda para el\n{day}, {time}\n\n{contact}",
        ),
        "cancellation": Text(
            "Su cita en {clinic} queda cancelada",
            "Hola:\n\nLa cita de {first_name} en {clinic} del\n{day}, {time},\nqueda cancelada.\n\n{contact}",
        ),
    },
}
CONTACT: Final = {"en": "Questions? Call {phone}.\n", "es": "¿Preguntas? Llame al {phone}.\n"}
WEEKDAYS: Final = {
    "en": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "es": _words("lunes martes miércoles jueves viernes sábado domingo"),
}
MONTHS: Final = {
    "en": _words("January February March April May June July August September October November December"),
    "es": _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
}
DAY: Final = {"en": "{weekday}, {month} {day}, {year}", "es": "{weekday} {day} de {month} de {year}"}
HALVES: Final = {"en": ("AM", "PM"), "es": ("a. m.", "p. m.")}

# Beginnings of words that tell something about health, in either language: acts, findings, places of the body, specialties.
HEALTH_WORDS: Final = _words(
    "milia milium lesion lesión eyelid párpado parpado peel exfolia laser láser extract extracc retino tretin "
    "diagnos diagnós skin piel lancet needle aguja cryo crio cyst quiste acne acné comedo face facial cara eye ojo "
    "cheek mejilla treat tratamiento procedure procedimiento surg cirug doctor physician médic medic ophthal "
    "oftalm optom pediatr esthetic aesthetic estétic estetic nurse enferm patient paciente symptom síntoma "
    "sintoma pregnan embaraz disease illness therap terap biops tumor cancer cáncer infec lump bump"
)
_HEALTH: Final = re.compile(r"\b(?:\w*derm|" + "|".join(map(re.escape, HEALTH_WORDS)) + r")\w*", re.IGNORECASE)


def message_text(*, text: str, language: str, first_name: str, starts_at: datetime, clinic: str, phone: str) -> tuple[str, str]:
    """Subject and body; `starts_at` is read as wall time of the zone that it carries (the site's)."""
    words = TEXTS[language][text]
    values = {
        "first_name": _line(first_name),
        "day": _day(starts_at, language),
        "time": _time(starts_at, language),
        "clinic": _line(clinic),
        "contact": CONTACT[language].format(phone=_line(phone)) if phone else "",
    }
    return words.subject.format(**values), words.body.format(**values).rstrip() + "\n"


def health_words(text: str) -> list[str]:
    """The words of a text that say something about health; a message has none."""
    return _HEALTH.findall(text)


def _line(value: str) -> str:
    return " ".join(value.split())


def _day(moment: datetime, language: str) -> str:
    weekday, month = WEEKDAYS[language][moment.weekday()], MONTHS[language][moment.month - 1]
    return DAY[language].format(weekday=weekday, day=moment.day, month=month, year=moment.year)


def _time(moment: datetime, language: str) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {HALVES[language][moment.hour // 12]}"
