"""Who works here: users, their memberships and tokens, practitioners and their seats for supervisees."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Func

from clinic.base import Keyed, one_of, uuid7
from clinic.history import tracked
from clinic.models.places import Site

FRONT_DESK, PRACTITIONER, MANAGER, MEDICAL_DIRECTOR = "front_desk", "practitioner", "manager", "medical_director"
ROLES = (FRONT_DESK, PRACTITIONER, MANAGER, MEDICAL_DIRECTOR)


class User(AbstractUser):
    """A member of staff who signs in."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=Func(function="uuidv7"), editable=False)


@tracked
class Membership(Keyed):
    """A role of a user at a site."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, models.CASCADE, related_name="memberships")
    role = models.TextField(choices=[(role, role) for role in ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site", "role"], name="membership_is_given_once"),
            one_of("role", ROLES, name="membership_has_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"


class StaffToken(Keyed):
    """A bearer token: only its SHA-256 is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of {self.user}"


@tracked
class Practitioner(Keyed):
    """Somebody who treats, with or without a user of their own."""

    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="practitioner")
    name = models.TextField()
    max_supervisees = models.PositiveSmallIntegerField(default=3)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Seat(Keyed):
    """One of the places that a supervisor has for supervisees at any one time."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "number"], name="seat_number_is_unique"),
            models.UniqueConstraint(fields=["id", "practitioner"], name="seat_key"),
        ]

    def __str__(self) -> str:
        return f"seat {self.number} of {self.practitioner}"
