"""What was told about papers that end."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.models.places import Site
from clinic.policies.expirables import PAPERS


class ExpiryNotice(Keyed):
    """
    One step of telling at a site that a paper ends on `ends_on`: `step` is the number of days before.

    The row is its own record. A paper that is given another last day is told of anew, from the first step on.
    """

    paper = models.UUIDField()
    kind = models.TextField(choices=[(kind, kind) for kind in PAPERS])
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    ends_on = models.DateField()
    step = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", PAPERS, name="expiry_is_of_a_known_paper"),
            models.CheckConstraint(name="expiry_step_lies_ahead", condition=Q(step__gte=1)),
            models.UniqueConstraint(fields=["paper", "site", "ends_on", "step"], name="expiry_step_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ends on {self.ends_on}, told {self.step} days before"
