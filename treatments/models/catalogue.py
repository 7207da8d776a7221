"""What the clinic offers, and what each treatment is judged as."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.history import tracked
from clinic.models import Site
from clinic.scopes import ACTS, DEPTHS

LESION_RULES = ("none", "optional", "required", "or_body_site", "body_site")


@tracked
class Treatment(Keyed):
    """A treatment of the catalogue: minutes, buffers (minutes), what it needs, and what it costs."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    equipment = ArrayField(models.TextField(), default=list, blank=True)
    devices = ArrayField(models.TextField(), default=list, blank=True)
    lesion_rule = models.TextField(choices=[(word, word) for word in LESION_RULES])
    downtime_days = models.PositiveSmallIntegerField(default=0)
    sites = models.ManyToManyField(Site, related_name="treatments")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("lesion_rule", LESION_RULES, name="treatment_has_a_known_lesion_rule"),
            models.CheckConstraint(name="treatment_takes_time", condition=Q(minutes__gt=0)),
            models.CheckConstraint(name="free_consultation_has_no_price", condition=~Q(code="free-consultation") | Q(price=0)),
        ]

    def __str__(self) -> str:
        return self.name


class TreatmentAct(Keyed):
    """An act at a depth that the treatment is judged as; the lancet has one row for each depth of a lesion."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="acts")
    act = models.TextField()
    depth = models.TextField()

    class Meta:
        constraints = [
            one_of("act", ACTS, name="treatment_act_is_known"),
            one_of("depth", DEPTHS, name="treatment_act_depth_is_known"),
            models.UniqueConstraint(fields=["treatment", "act", "depth"], name="treatment_act_key"),
        ]

    def __str__(self) -> str:
        return f"{self.act}/{self.depth}"
