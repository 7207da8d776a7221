"""How alike two patients are, said in points that are explained; and what of two charts has to be looked at before they become one."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from clinic.errors import Refusal

SIMILAR = 0.8
"""Of two spellings of a name: 1 is the same."""
MOST_POINTS = 100
SAME_BIRTH_DATE = (40, "same birth date")
TRANSPOSED_BIRTH_DATE = (30, "day and month of the birth date transposed")
NEAR_BIRTH_DATE = (15, "birth dates differ in the day, the month or the year alone")
SAME_NAMES = (40, "same names")
SWAPPED_NAMES = (35, "given and family name swapped")
SIMILAR_NAMES = (25, "similar names")
SAME_PHONE = (20, "same phone")
SAME_EMAIL = (20, "same e-mail")
NAMES = frozenset({SAME_NAMES, SWAPPED_NAMES, SIMILAR_NAMES})
CONTACTS = frozenset({SAME_PHONE, SAME_EMAIL})


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What tells one person from another; phones in E.164, contacts and guardian blank where there are none."""

    given_name: str
    family_name: str
    born: date
    phone: str = ""
    email: str = ""
    guardian: str = ""


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Points from 0 to 100, and what they were given for."""

    score: int
    because: tuple[str, ...]
    likely: bool


def likeness(one: Identity, other: Identity) -> Likeness:
    """
    How alike two patients are.

    They are likely to be one person when their names resemble and their birth dates do, or when they share a contact.
    """
    points = [*_birth(one.born, other.born), *_names(one, other), *_contacts(one, other)]
    named, reached = NAMES & set(points), CONTACTS & set(points)
    return Likeness(
        score=min(MOST_POINTS, sum(given for given, _ in points)),
        because=tuple(said for _, said in points),
        likely=bool(reached or (named and len(points) > len(named))),
    )


def transposed(born: date) -> date | None:
    """The date with day and month swapped, None where that is none or the same."""
    if born.day > 12 or born.day == born.month:
        return None
    return born.replace(month=born.day, day=born.month)


def differences(duplicate: Identity, into: Identity) -> list[Refusal]:
    """What has to be acknowledged (warn) or known (info) before the one is merged into the other."""
    found = []
    if duplicate.born != into.born:
        detail = f"The birth dates differ: {duplicate.born} and {into.born}. The second one is kept."
        found.append(_to_acknowledge("birth_dates_differ", detail))
    if not _names(duplicate, into):
        found.append(
            _to_acknowledge("names_differ", "The names do not resemble each other. Those of the lasting patient are kept.")
        )
    if duplicate.guardian and _plain(duplicate.guardian) != _plain(into.guardian):
        found.append(
            _to_acknowledge("guardians_differ", "The duplicate has another guardian. That of the lasting patient is kept.")
        )
    if any(mine and mine != kept for mine, kept in ((duplicate.phone, into.phone), (duplicate.email, into.email))):
        detail = "Phone or e-mail differ: messages go to those of the lasting patient."
        found.append(
            Refusal(code="contacts_differ", severity="info", detail=detail, mend="Correct the lasting patient if need be.")
        )
    return found


def _to_acknowledge(code: str, detail: str) -> Refusal:
    return Refusal(code=code, severity="warn", detail=detail, mend=f"Look at both charts, and name {code} in acknowledged.")


def _birth(one: date, other: date) -> Iterator[tuple[int, str]]:
    if one == other:
        yield SAME_BIRTH_DATE
    elif transposed(one) == other:
        yield TRANSPOSED_BIRTH_DATE
    elif sum(getattr(one, part) == getattr(other, part) for part in ("year", "month", "day")) == 2:
        yield NEAR_BIRTH_DATE


def _names(one: Identity, other: Identity) -> list[tuple[int, str]]:
    mine = _plain(one.given_name), _plain(one.family_name)
    theirs = _plain(other.given_name), _plain(other.family_name)
    if mine == theirs:
        return [SAME_NAMES]
    if mine == theirs[::-1]:
        return [SWAPPED_NAMES]
    if all(_similar(a, b) for a, b in zip(mine, theirs, strict=True)):
        return [SIMILAR_NAMES]
    return []


def _contacts(one: Identity, other: Identity) -> Iterator[tuple[int, str]]:
    if one.phone and one.phone == other.phone:
        yield SAME_PHONE
    if one.email and one.email.casefold() == other.email.casefold():
        yield SAME_EMAIL


def _plain(name: str) -> str:
    """Without accents, case, hyphens and spaces."""
    parted = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in parted if letter.isalnum())


def _similar(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= SIMILAR
