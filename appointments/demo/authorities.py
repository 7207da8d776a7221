"""Who may do what when, as derived from the papers: read once, asked for every visit that is planned."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.models import Practitioner, Privilege, SupervisionCover
from clinic.scopes import parts

UNSUPERVISED = "none"


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """In which profession somebody does the work, at which level each scope, under whom, and on which privileges it rests."""

    profession: str
    levels: tuple[str, ...]
    privileges: tuple[Privilege, ...]
    supervisor: Practitioner | None = None
    supervisor_profession: str | None = None


class Authorities:
    """The privileges and covers of the demo's staff; nobody here works at two sites or under two supervisors."""

    def __init__(self, people: Sequence[Practitioner]) -> None:
        """Read them all."""
        self._people = {person.id: person for person in people}
        self._held: dict[UUID, dict[str, dict[str, list[Privilege]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        for row in Privilege.objects.filter(practitioner__in=people).order_by("profession", "scope", "valid"):
            self._held[row.practitioner_id][row.profession][row.scope].append(row)
        self._covers: dict[tuple[UUID, str, str], list[SupervisionCover]] = defaultdict(list)
        for cover in SupervisionCover.objects.filter(practitioner__in=people).order_by("scope", "supervision", "valid"):
            self._covers[cover.practitioner_id, cover.scope, cover.supervision].append(cover)

    def acts_of(self, person: Practitioner) -> set[str]:
        """The acts that somebody does anywhere at all."""
        return {parts(key)[0] for scopes in self._held[person.id].values() for key in scopes}

    def permitted(
        self, person: Practitioner, scopes: Sequence[str], start: datetime, end: datetime, *, children_only: bool
    ) -> Permitted | None:
        """How somebody may do all of the scopes for that whole time, if they may."""
        for profession in self._held[person.id]:
            rows = self._rows(person, profession, scopes, start, end)
            if rows and (profession != "pediatrician" or children_only):
                found = self._supervised(person, profession, scopes, rows, start, end)
                if found:
                    return found
        return None

    def _rows(
        self, person: Practitioner, profession: str, scopes: Sequence[str], start: datetime, end: datetime
    ) -> list[Privilege] | None:
        held = self._held[person.id].get(profession, {})
        rows = [
            next((row for row in held.get(key, ()) if row.valid.lower <= start and end <= row.valid.upper), None)
            for key in scopes
        ]
        return None if None in rows else rows

    def _supervised(
        self,
        person: Practitioner,
        profession: str,
        scopes: Sequence[str],
        rows: list[Privilege],
        start: datetime,
        end: datetime,
    ) -> Permitted | None:
        levels = tuple(row.supervision for row in rows)
        alone = Permitted(profession=profession, levels=levels, privileges=tuple(rows))
        asked = [(key, level) for key, level in zip(scopes, levels, strict=True) if level != UNSUPERVISED]
        if not asked:
            return alone
        covering = [self._covering(person, key, level, start, end) for key, level in asked]
        supervisor = covering[0]
        if supervisor is None or any(other != supervisor for other in covering):
            return None
        own = self.permitted(supervisor, [key for key, _ in asked], start, end, children_only=False)
        if own is None or set(own.levels) != {UNSUPERVISED}:
            return None
        return Permitted(
            profession=profession,
            levels=levels,
            privileges=tuple(rows),
            supervisor=supervisor,
            supervisor_profession=own.profession,
        )

    def _covering(self, person: Practitioner, key: str, level: str, start: datetime, end: datetime) -> Practitioner | None:
        for cover in self._covers[person.id, key, level]:
            if cover.valid.lower <= start and end <= cover.valid.upper:
                return self._people[cover.supervisor_id]
        return None
