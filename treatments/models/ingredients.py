"""What home care is made of: classes of ingredients, never products."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.base import Keyed, one_of
from treatments.policies.plans.words import FAMILIES, TIMES


class IngredientClass(Keyed):
    """
    A class of ingredients as the product ships it: what it may be used for, or (family `avoid`) that it is left out.

    `strengths` is {region: {extent: [strength]}}, `names` and `directions` are texts by language, `minutes` the least and
    the most for what is washed off, `suits` the skin (oily or dry) that it is meant for.
    """

    code = models.SlugField(unique=True)
    names = models.JSONField()
    family = models.TextField(choices=[(word, word) for word in FAMILIES])
    prescription = models.BooleanField(default=False)
    most_per_week = models.PositiveSmallIntegerField()
    times = ArrayField(models.TextField(choices=[(word, word) for word in TIMES]), default=list, blank=True)
    minutes = ArrayField(models.PositiveSmallIntegerField(), size=2, null=True, blank=True)
    suits = models.TextField(blank=True)
    strengths = models.JSONField(default=dict, blank=True)
    directions = models.JSONField()
    source = models.TextField()

    class Meta:
        constraints = [
            one_of("family", FAMILIES, name="ingredient_has_a_known_family"),
            one_of("suits", ("", "oily", "dry"), name="ingredient_suits_a_known_skin"),
            models.UniqueConstraint(fields=["id", "family", "prescription"], name="ingredient_family_key"),
        ]

    def __str__(self) -> str:
        return self.code
