"""Which tables hold rows of a patient, as the models of all apps say: whatever a later app adds is among them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pghistory.models
from django.apps import apps
from django.db.models import Exists, F, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint

from clinic.constraints import Trigger
from patients.models import Patient, PatientMerge, SkinProfile

DERIVES = "clinic_row_is_derived"
"""The trigger function of tables that the database alone writes."""


@dataclass(frozen=True)
class PatientKey:
    """A column that says whose row it is."""

    model: type[Model]
    field: ForeignKey

    @property
    def table(self) -> str:
        """As PostgreSQL names it."""
        return self.model._meta.db_table

    @property
    def label(self) -> str:
        """`table.column`, under which a merge remembers what it moved."""
        return f"{self.table}.{self.field.column}"

    @property
    def title(self) -> str:
        """What its rows are called, several of them."""
        return str(self.model._meta.verbose_name_plural)

    def of(self, patient: Patient) -> QuerySet[Any]:
        """The rows of that patient."""
        return self.model._base_manager.filter(**{self.field.name: patient})


def patient_keys() -> list[PatientKey]:
    """Every column that refers to a patient, lower floors first; not those of histories, and not those of merges."""
    return [
        PatientKey(model, field)
        for model in tables()
        if model is not PatientMerge
        for field in model._meta.local_concrete_fields
        if _points_to(field) is Patient
    ]


def rows_of(patient: Patient, *, into: Patient) -> dict[str, list[str]]:
    """The ids of all that moves when the patient is merged, by `table.column`; of what one has once, the other's own stays."""
    found = {}
    for key in patient_keys():
        if not (key.field.unique and key.of(into).exists()):
            found[key.label] = [str(pk) for pk in key.of(patient).order_by("pk").values_list("pk", flat=True)]
    return {label: ids for label, ids in found.items() if ids}


def both_have(duplicate: Patient, into: Patient) -> list[tuple[PatientKey, Any]]:
    """
    Rows of the duplicate that cannot stand beside one of the lasting patient, because a patient has one such at most.

    Skin profiles are not among them: of two the stricter is made.
    """
    return [
        (key, pk)
        for key in patient_keys()
        if key.model is not SkinProfile
        for names, condition in _unique_with(key)
        for pk in _beside_another(key, names, condition, duplicate, into).values_list("pk", flat=True)
    ]


def rows_between(moved: Mapping[str, Sequence[str]]) -> list[tuple[type[Model], Any]]:
    """Rows that join something that a merge moved with something that it did not move; a mere link is told by its owner."""
    held = held_by_model(moved)
    carriers = {key.model for key in patient_keys()} - {Patient}
    between = [
        (model._meta.auto_created or model, pk)
        for model in tables()
        if not _is_derived(model)
        for pk in _between(model, carriers=carriers, held=held)
    ]
    return list(dict.fromkeys(between))


def held_by_model(moved: Mapping[str, Sequence[str]]) -> dict[type[Model], set[str]]:
    """What a merge moved, by model."""
    held: dict[type[Model], set[str]] = defaultdict(set)
    for key in patient_keys():
        held[key.model] |= set(moved.get(key.label, ()))
    return held


def tables() -> Iterator[type[Model]]:
    """The models that have a table of their own, but no histories."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and not issubclass(model, pghistory.models.Event):
            yield model


def _points_to(field: Any) -> type[Model] | None:
    return field.related_model._meta.concrete_model if isinstance(field, ForeignKey) else None


def _is_derived(model: type[Model]) -> bool:
    return any(isinstance(rule, Trigger) and rule.function == DERIVES for rule in model._meta.constraints)


def _unique_with(key: PatientKey) -> Iterator[tuple[set[str], Q]]:
    if key.field.unique:
        yield set(), Q()
    for rule in key.model._meta.constraints:
        names = set(rule.fields) if isinstance(rule, UniqueConstraint) else set()
        if key.field.name in names and key.model._meta.pk.name not in names:
            yield names - {key.field.name}, rule.condition or Q()


def _beside_another(key: PatientKey, names: set[str], condition: Q, duplicate: Patient, into: Patient) -> QuerySet[Any]:
    others = {name: OuterRef(name) for name in names}
    theirs = key.of(into).filter(condition).filter(**others)
    return key.of(duplicate).filter(condition).filter(Exists(theirs))


def _between(model: type[Model], *, carriers: set[type[Model]], held: Mapping[type[Model], set[str]]) -> Iterator[Any]:
    owners = {field.attname: _points_to(field) for field in model._meta.local_concrete_fields if _points_to(field) in carriers}
    if model in carriers:
        owners["pk"] = model
    touched = Q(pk__in=[])
    for name, owner in owners.items():
        touched |= Q(**{f"{name}__in": held.get(owner, ())})
    if len(owners) > 1:
        told = next((name for name, owner in owners.items() if owner is model._meta.auto_created), "pk")
        for row in model._base_manager.filter(touched).values(*owners, key=F(told)):
            sides = {str(row[name]) in held.get(owner, ()) for name, owner in owners.items() if row[name] is not None}
            if len(sides) > 1:
                yield row["key"]
