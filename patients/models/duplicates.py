"""
That two charts turned out to be one person's: who said so and why, and exactly which rows it moved.

A row belongs to its patient for good: PostgreSQL lets its patient key change by a merge or its undo alone, in the
transaction that writes it down here, and for the rows that are named here. A trigger that keeps rows from being changed
makes way for that with `patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new))`.
"""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed
from clinic.constraints import Trigger
from clinic.history import tracked
from clinic.models import User
from patients.models.people import Patient


@tracked
class PatientMerge(Keyed):
    """
    `duplicate` became part of `into`.

    `moved` names the rows by `table.column` and id, `changed` the values of the lasting patient that became stricter, as
    `{table, id, column, was, becomes}`. `stamp` names the transaction in which the rows may move: PostgreSQL writes it.
    """

    duplicate = models.ForeignKey(Patient, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Patient, models.PROTECT, related_name="merges_taken")
    reason = models.TextField()
    merged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    moved = models.JSONField(default=dict)
    changed = models.JSONField(default=list, blank=True)
    stamp = models.TextField(blank=True, editable=False)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="patient_merge_gives_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="patient_merge_is_of_two_patients", condition=~Q(duplicate=F("into"))),
            models.CheckConstraint(
                name="patient_merge_is_undone_with_a_reason",
                condition=Q(undone_by__isnull=True, undone_at__isnull=True, undo_reason="")
                | (Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undo_reason="")),
            ),
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at__isnull=True), name="patient_is_merged_into_one_other"
            ),
            Trigger(name="patient_merge_is_kept", timing="BEFORE INSERT OR UPDATE OR DELETE", function="patients_guard_merge"),
            Trigger(
                name="patient_merges_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="patients_guard_merge",
                rest="FOR EACH STATEMENT",
            ),
            Trigger(
                name="patient_merge_is_carried_out",
                timing="AFTER INSERT OR UPDATE",
                function="patients_merge_is_carried_out",
                deferred=True,
            ),
        ]
        indexes = [models.Index(fields=["stamp"], name="patient_merge_by_transaction")]

    def __str__(self) -> str:
        return f"merge {self.pk}"
