"""Everything that is held about one patient: the tables are found in the models, so that none can be forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, Q
from pghistory.models import Event

from appointments.models import Authority, ResourceClaim
from clinic.models import Task
from patients.models import Patient

APPS: Final = ("clinic", "patients", "treatments", "appointments")
DERIVED: Final = (ResourceClaim, Authority)
"""Made by triggers from the visits that are live, and gone with them: they say nothing that the visits do not."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The rows of one table, the oldest first, with the rows of other tables that they name."""

    model: type[Model]
    rows: list[Model]

    @property
    def fields(self) -> list[Field]:
        """Every column."""
        return list(self.model._meta.concrete_fields)


@cache
def ways_to_a_patient() -> Mapping[type[Model], tuple[str, ...]]:
    """
    Each model whose rows are about a patient, with the lookups that lead to whom.

    A row with a key of the patient is; so is one with a key of such a row. Histories are left out: the record is what
    stands, and who changed what is for the audit.
    """
    ways: dict[type[Model], tuple[str, ...]] = {Patient: ("pk",)}
    waiting = [model for app in APPS for model in _tables_of(app)]
    while found := {model: lookups for model in waiting if (lookups := _lookups(model, ways))}:
        ways |= found
        waiting = [model for model in waiting if model not in found]
    return ways


def record_of(patient: Patient) -> list[Section]:
    """All tables that may hold something about a patient, with the rows that do, and the tasks about any of these rows."""
    sections = [_section(model, _of_the_patient(lookups, patient)) for model, lookups in ways_to_a_patient().items()]
    keys = [row.pk for section in sections for row in section.rows if isinstance(row.pk, UUID)]
    return [*sections, _section(Task, Q(subject__in=keys))]


def _tables_of(app: str) -> Iterable[type[Model]]:
    for model in apps.get_app_config(app).get_models(include_auto_created=True):
        if model is not Patient and not model._meta.proxy and not issubclass(model, Event) and model not in DERIVED:
            yield model


def _lookups(model: type[Model], ways: Mapping[type[Model], tuple[str, ...]]) -> tuple[str, ...]:
    """By keys of the patient where there are any, else by those of rows that have a way."""
    keys = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey) and field.related_model in ways]
    direct = tuple(field.name for field in keys if field.related_model is Patient)
    return direct or tuple(f"{field.name}__{way}" for field in keys for way in ways[field.related_model])


def _of_the_patient(lookups: tuple[str, ...], patient: Patient) -> Q:
    return reduce(or_, (Q(**{lookup: patient.pk}) for lookup in lookups))


def _section(model: type[Model], condition: Q) -> Section:
    named = [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey) and is_named(field)]
    rows = (
        model._default_manager.filter(condition).select_related(*named) if named else model._default_manager.filter(condition)
    )
    return Section(model=model, rows=list(rows.order_by("pk")))


def is_named(field: ForeignKey) -> bool:
    """Whether it leads out of the record, to a person or a word of a catalogue that is shown by its name."""
    return field.related_model is Patient or field.related_model not in ways_to_a_patient()
