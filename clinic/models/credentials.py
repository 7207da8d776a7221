"""The papers that authority is made of. Days are inclusive and end at midnight of the site where they are used."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, in_order, one_of
from clinic.history import tracked
from clinic.models.people import Practitioner, User
from clinic.models.places import Site
from clinic.scopes import ACTS, LEVELS, PROFESSIONS

PENDING, ACTIVE, SUSPENDED, REVOKED, LAPSED, EXPIRED = (
    "pending_verification",
    "active",
    "suspended",
    "revoked",
    "lapsed",
    "expired",
)
LICENCE_STATUSES = (PENDING, ACTIVE, SUSPENDED, REVOKED, LAPSED, EXPIRED)
TRAININGS = ("lancet", "peel", "laser", "rf")
VERIFICATION_METHODS = ("board site", "document", "phone")


@tracked
class Licence(Keyed):
    """A licence of one profession in one jurisdiction; it counts only once verified at its source."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="licences")
    profession = models.TextField(choices=[(word, word) for word in PROFESSIONS])
    tier = models.TextField(blank=True)
    jurisdiction = models.TextField()
    number = models.TextField()
    valid_from = models.DateField()
    valid_through = models.DateField()
    status = models.TextField(default=PENDING, choices=[(word, word) for word in LICENCE_STATUSES])
    suspended_from = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    status_reason = models.TextField(blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verification_method = models.TextField(blank=True)

    class Meta:
        constraints = [
            in_order("valid_from", "valid_through", name="licence_ends_after_it_begins"),
            one_of("profession", PROFESSIONS, name="licence_has_a_known_profession"),
            one_of("status", LICENCE_STATUSES, name="licence_has_a_known_status"),
            models.CheckConstraint(
                name="licence_is_active_only_when_verified",
                condition=~Q(status=ACTIVE) | Q(verified_at__isnull=False, verified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="licence_suspension_has_a_beginning",
                condition=~Q(status=SUSPENDED) | Q(suspended_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profession} {self.number} ({self.jurisdiction})"


@tracked
class Certification(Keyed):
    """A documented training."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="certifications")
    kind = models.TextField(choices=[(word, word) for word in TRAININGS])
    valid_from = models.DateField()
    valid_through = models.DateField()

    class Meta:
        constraints = [
            in_order("valid_from", "valid_through", name="certification_ends_after_it_begins"),
            one_of("kind", TRAININGS, name="certification_has_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} training of {self.practitioner}"


@tracked
class Grant(Keyed):
    """A named clinic privilege for one scope at one site, for at most 24 months."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="grants")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    scope = models.TextField()
    valid_from = models.DateField()
    valid_through = models.DateField()
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            in_order("valid_from", "valid_through", name="grant_ends_after_it_begins"),
            models.CheckConstraint(
                name="grant_lasts_at_most_24_months",
                condition=Q(valid_through__lt=F("valid_from") + timedelta(days=731)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} granted to {self.practitioner}"


@tracked
class SupervisionAgreement(Keyed):
    """A physician's agreement to supervise somebody for some acts at some sites; direct covers general too."""

    supervisor = models.ForeignKey(Practitioner, models.PROTECT, related_name="agreements_given")
    supervisee = models.ForeignKey(Practitioner, models.PROTECT, related_name="agreements_held")
    sites = models.ManyToManyField(Site, related_name="+")
    acts = ArrayField(models.TextField(choices=[(act, act) for act in ACTS]))
    level = models.TextField(choices=[(level, level) for level in LEVELS[1:]])
    valid_from = models.DateField()
    valid_through = models.DateField()

    class Meta:
        constraints = [
            in_order("valid_from", "valid_through", name="agreement_ends_after_it_begins"),
            one_of("level", LEVELS[1:], name="agreement_has_a_known_level"),
            models.CheckConstraint(name="agreement_is_not_with_oneself", condition=~Q(supervisor=F("supervisee"))),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} supervises {self.supervisee}"


@tracked
class AgreementSite(SupervisionAgreement.sites.through):
    """A site that an agreement covers; the rows of its many-to-many table, so that they have a history too."""

    class Meta:
        proxy = True
