"""Signers with the papers that the shipped policy asks for."""

from clinic.models import PolicyRow, User
from clinic.models.people import PRACTITIONER
from tests.factories import a_user
from tests.factories_clinic import licensed, the_policy


def a_signer(profession: str = "dermatologist", *, role: str = PRACTITIONER) -> User:
    """A user licensed in the profession in Ohio, trained with the lancet, who works at columbus."""
    if not PolicyRow.objects.filter(profession=profession, kind="cell").exists():
        PolicyRow.objects.filter(kind="jurisdiction").delete()
        the_policy(profession)
    user = a_user(role)
    practitioner = licensed(profession)
    practitioner.user = user
    practitioner.save()
    return user
