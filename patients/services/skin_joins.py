"""Two skin profiles of one person: what speaks against treatments of both, and the stricter type."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from patients.models import Contraindication, Patient, SkinProfile
from patients.policies.skins import stricter
from patients.services.skin import AXES

PROFILES, HELD = SkinProfile._meta.db_table, Contraindication._meta.db_table
LABEL = f"{HELD}.profile_id"
Change = dict[str, Any]


def join_skin(*, duplicate: Patient, into: Patient) -> tuple[list[str], list[Change]]:
    """
    Make the lasting patient's profile the stricter of both; answers the contraindications moved and the values changed.

    One that both have from the same day on takes the later end, and the duplicate's stays where it is. Without two
    profiles there is nothing to join.
    """
    profiles = SkinProfile.objects.select_for_update().filter(patient__in=[duplicate, into])
    by_patient = {profile.patient_id: profile for profile in profiles}
    if len(by_patient) < 2:
        return [], []
    theirs, kept = by_patient[duplicate.pk], by_patient[into.pk]
    moving, changes = _apart(theirs, kept)
    changes += _stricter_type(theirs, kept)
    Contraindication.objects.filter(pk__in=moving).update(profile=kept)
    for change in changes:
        _write(change, "becomes")
    return [str(pk) for pk in moving], changes


def part_skin(*, duplicate: Patient, moved: Sequence[str], changes: Sequence[Change]) -> None:
    """Put the contraindications back, and each value that is still as the merge made it."""
    if moved:
        Contraindication.objects.filter(pk__in=moved).update(profile=SkinProfile.objects.get(patient=duplicate))
    for change in changes:
        row = _row(change)
        if row is not None and _json(getattr(row, change["column"])) == change["becomes"]:
            _write(change, "was")


def _apart(theirs: SkinProfile, kept: SkinProfile) -> tuple[list[Any], list[Change]]:
    own = {(row.code, row.since): row for row in kept.contraindications.all()}
    moving, changes = [], []
    for row in theirs.contraindications.order_by("pk"):
        twin = own.get((row.code, row.since))
        if twin is None:
            moving.append(row.pk)
        elif twin.until is not None and (row.until is None or row.until > twin.until):
            changes.append(_change(HELD, twin, "until", row.until))
    return moving, changes


def _stricter_type(theirs: SkinProfile, kept: SkinProfile) -> Iterator[Change]:
    was = {name: getattr(kept, name) for name in AXES}
    becomes = stricter(was, {name: getattr(theirs, name) for name in AXES})
    return (_change(PROFILES, kept, name, becomes[name]) for name in AXES if becomes[name] != was[name])


def _change(table: str, row: Any, column: str, becomes: Any) -> Change:
    was = _json(getattr(row, column))
    return {"table": table, "id": str(row.pk), "column": column, "was": was, "becomes": _json(becomes)}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _row(change: Change) -> Any:
    model = SkinProfile if change["table"] == PROFILES else Contraindication
    return model.objects.filter(pk=change["id"]).first()


def _write(change: Change, side: str) -> None:
    row = _row(change)
    setattr(row, change["column"], change[side])
    row.save(update_fields=[change["column"]])
