"""Words that a message must not have, because they tell something about somebody's health."""

import re
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HEALTH_WORDS: Final = _words(
    "milia milium lesion lesión eyelid párpado parpado peel exfolia laser láser extract extracc retino tretin "
    "diagnos diagnós skin piel lancet needle aguja cryo crio cyst quiste acne acné comedo face facial cara eye ojo "
    "cheek mejilla treat tratamiento procedure procedimiento surg cirug doctor physician médic medic ophthal "
    "oftalm optom pediatr esthetic aesthetic estétic estetic nurse enferm patient paciente symptom síntoma "
    "sintoma pregnan embaraz disease illness therap terap biops tumor cancer cáncer infec lump bump wound herida "
    "allerg alerg prescri"
)
"""
Beginnings of words in English and Spanish: acts, findings, places of the body, specialties.

PostgreSQL has the same list in `appointment_says_health()`, which is written anew when this one changes.
"""
PATTERN: Final = r"(?:\w*derm|" + "|".join(HEALTH_WORDS) + ")"
_HEALTH: Final = re.compile(rf"\b{PATTERN}\w*", re.IGNORECASE)


def health_words(text: str) -> list[str]:
    """The words of a text that say something about health; a message has none."""
    return _HEALTH.findall(text)
