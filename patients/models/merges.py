"""That two records turned out to be one lesion, who said so and why, and how it was before."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed
from clinic.history import tracked
from clinic.models import Practitioner
from patients.models.lesions import Lesion


@tracked
class LesionMerge(Keyed):
    """
    `other` became part of `lasting`.

    `lasting_before`, `other_before` and `after` are what rules judged of them; taking the merge back restores the first
    two as long as the third still stands.
    """

    lasting = models.ForeignKey(Lesion, models.PROTECT, related_name="merges")
    other = models.ForeignKey(Lesion, models.PROTECT, related_name="merges_into")
    reason = models.TextField()
    merged_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    lasting_before = models.JSONField()
    other_before = models.JSONField()
    after = models.JSONField()
    undone_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="merge_gives_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="merge_is_of_two_records", condition=~Q(lasting=F("other"))),
            models.CheckConstraint(
                name="merge_is_undone_with_a_reason",
                condition=Q(undone_by__isnull=True, undone_at__isnull=True, undo_reason="")
                | (Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undo_reason="")),
            ),
            models.UniqueConstraint(fields=["other"], condition=Q(undone_at__isnull=True), name="lesion_is_part_of_one_other"),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"
