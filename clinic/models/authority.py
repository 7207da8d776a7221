"""Derived authority: who may do what, where and when. Rebuilt whenever one of its sources changes."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, not_empty, one_of
from clinic.constraints import WithoutOverlaps
from clinic.history import tracked
from clinic.models.people import Practitioner
from clinic.models.places import Site
from clinic.scopes import LEVELS


@tracked
class Privilege(Keyed):
    """Licence, training, matrix, jurisdiction and grant together allow this scope, at this level of supervision."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="privileges", db_index=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    profession = models.TextField()
    scope = models.TextField()
    supervision = models.TextField()
    valid = DateTimeRangeField()
    sources = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            not_empty("valid", name="privilege_lasts"),
            one_of("supervision", LEVELS, name="privilege_has_a_known_level"),
            WithoutOverlaps(
                name="privilege_has_one_level_at_a_time",
                fields=["practitioner", "site", "profession", "scope"],
                period="valid",
            ),
            WithoutOverlaps(
                name="privilege_key",
                fields=["practitioner", "site", "profession", "scope", "supervision"],
                period="valid",
            ),
        ]
        indexes = [
            # Read by scope, for any number of people at once: the temporal keys begin with the practitioner.
            models.Index(
                fields=["scope", "site", "practitioner"],
                include=["profession", "supervision", "valid"],
                name="privilege_by_scope",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practitioner}: {self.scope} ({self.supervision})"


@tracked
class SupervisionCover(Keyed):
    """An agreement covers this scope at this level; whether the supervisor may do it is asked beside it."""

    supervisor = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    scope = models.TextField()
    supervision = models.TextField()
    valid = DateTimeRangeField()

    class Meta:
        constraints = [
            not_empty("valid", name="supervision_cover_lasts"),
            models.CheckConstraint(name="supervision_cover_is_not_of_oneself", condition=~Q(supervisor=F("practitioner"))),
            WithoutOverlaps(
                name="supervision_cover_key",
                fields=["supervisor", "practitioner", "site", "scope", "supervision"],
                period="valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} covers {self.practitioner}: {self.scope}"
