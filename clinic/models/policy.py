"""The policy as versioned data: matrix cells and jurisdiction rows, each with its source."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.history import tracked
from clinic.models.people import User

CELL, JURISDICTION = "cell", "jurisdiction"
EFFECTS = ("allow", "supervised", "privilege", "refuse", "allow_if", "physician_only", "unclear")


@tracked
class PolicyRow(Keyed):
    """
    A matrix cell (profession, act, depth, region) or a jurisdiction row (jurisdiction, profession, act, "*" for any).

    `valid` is empty of meaning (NULL) while a new version of a cell is only proposed. A jurisdiction row tightens
    from the start, and relaxes once a manager verified it and the medical director, another person, approved it.
    """

    kind = models.TextField(choices=[(CELL, CELL), (JURISDICTION, JURISDICTION)])
    profession = models.TextField()
    act = models.TextField()
    depth = models.TextField(blank=True)
    region = models.TextField(blank=True)
    jurisdiction = models.TextField(blank=True)
    tier = models.TextField(blank=True)
    max_depth = models.TextField(blank=True)
    region_exclusions = ArrayField(models.TextField(), default=list, blank=True)
    effect = models.TextField(choices=[(effect, effect) for effect in EFFECTS])
    supervision = models.TextField(blank=True)
    requires = ArrayField(models.TextField(), default=list, blank=True)
    relaxable = models.BooleanField(default=False)
    conditions = ArrayField(models.TextField(), default=list, blank=True)
    citation = models.TextField()
    url = models.TextField(blank=True)
    text_as_of = models.TextField(blank=True)
    certainty = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    valid = DateTimeRangeField(null=True, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("effect", EFFECTS, name="policy_row_has_a_known_effect"),
            models.CheckConstraint(name="policy_row_names_its_source", condition=~Q(citation="")),
            models.CheckConstraint(
                name="policy_row_is_approved_by_another_person",
                condition=Q(approved_by__isnull=True) | (Q(verified_by__isnull=False) & ~Q(approved_by=F("verified_by"))),
            ),
            ExclusionConstraint(
                name="policy_cell_has_one_version_at_a_time",
                expressions=[
                    ("profession", RangeOperators.EQUAL),
                    ("act", RangeOperators.EQUAL),
                    ("depth", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=CELL, valid__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction or 'matrix'}: {self.profession} {self.act} {self.depth}{self.max_depth} {self.region}"
