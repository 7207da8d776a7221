"""Who signs in, and with which roles where."""

import pghistory
from django.db import transaction

from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.models import Membership, Practitioner, Site, StaffToken, User
from clinic.models.people import MANAGER, MEDICAL_DIRECTOR
from clinic.selectors.people import has_role


@transaction.atomic
def register_user(
    *, username: str, password: str, first_name: str = "", last_name: str = "", email: str = "", is_staff: bool = False
) -> User:
    """Add somebody who signs in; without a membership they may do nothing. `is_staff` opens the pages of the admin."""
    return User.objects.create_user(
        username=username, password=password, first_name=first_name, last_name=last_name, email=email, is_staff=is_staff
    )


@transaction.atomic
def correct_user(
    *, actor: User, user: User, first_name: str, last_name: str, email: str, is_staff: bool, is_active: bool
) -> User:
    """
    Change a name or an address, or whether somebody may sign in at all; who may no longer is signed out at once.

    :raises NotAllowed: for one's own access, and for directors and superusers unless one is such oneself.
    """
    current = User.objects.select_for_update().get(pk=user.pk)
    if (is_staff, is_active) != (current.is_staff, current.is_active):
        _require_may_change_access(actor, current)
    current.first_name, current.last_name, current.email = first_name, last_name, email
    current.is_staff, current.is_active = is_staff, is_active
    current.save(update_fields=["first_name", "last_name", "email", "is_staff", "is_active"])
    if not is_active:
        StaffToken.objects.filter(user=current).delete()
    return current


@transaction.atomic
def give_membership(*, actor: User, user: User, site: Site, role: str) -> Membership:
    """
    Give somebody a role at a site.

    :raises NotAllowed: to oneself, at a site that one does not lead, and a director's role unless one is a director.
    :raises Conflict: `membership_given` if they hold it already.
    """
    _require_may_give(actor, user=user, site=site, role=role)
    with pghistory.context(user=str(actor.pk), why="membership_given"):
        held, is_new = Membership.objects.get_or_create(user=user, site=site, role=role)
    if not is_new:
        raise Conflict("membership_given", "They hold this role there already.")
    return held


@transaction.atomic
def take_membership(*, actor: User, membership: Membership) -> None:
    """
    Take a role away.

    :raises NotAllowed: as for giving it.
    :raises NotFound: if it is gone already.
    """
    _require_may_give(actor, user=membership.user, site=membership.site, role=membership.role)
    with pghistory.context(user=str(actor.pk), why="membership_taken"):
        if not Membership.objects.filter(pk=membership.pk).delete()[0]:
            raise NotFound


@transaction.atomic
def rename_practitioner(*, actor: User, practitioner: Practitioner, name: str, user: User | None) -> Practitioner:
    """
    Correct the name, or say with which user somebody signs in.

    :raises Conflict: `user_taken` if that user is another practitioner; `illegal_transition` once a user is named.
    """
    current = Practitioner.objects.select_for_update().get(pk=practitioner.pk)
    if current.user_id and (user is None or user.pk != current.user_id):
        raise Conflict("illegal_transition", "What they signed stands under their user: it is not given to another one.")
    if user is not None and Practitioner.objects.filter(user=user).exclude(pk=current.pk).exists():
        raise Conflict("user_taken", "This user is a practitioner already.")
    current.name, current.user = name, user
    with pghistory.context(user=str(actor.pk), why="practitioner_corrected"):
        current.save(update_fields=["name", "user"])
    return current


def _require_may_give(actor: User, *, user: User, site: Site, role: str) -> None:
    if actor.pk == user.pk:
        raise NotAllowed("not_permitted", "Nobody changes their own roles.")
    leads = has_role(actor, {MEDICAL_DIRECTOR}) or has_role(actor, {MANAGER}, site=site)
    if not (leads or actor.is_superuser):
        raise NotAllowed("not_permitted", "Only who leads a site gives roles there.")
    if role == MEDICAL_DIRECTOR and not (has_role(actor, {MEDICAL_DIRECTOR}) or actor.is_superuser):
        raise NotAllowed("not_permitted", "Only a medical director makes another one.")


def _require_may_change_access(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise NotAllowed("not_permitted", "Nobody changes their own access.")
    above = user.is_superuser or has_role(user, {MEDICAL_DIRECTOR})
    if above and not (actor.is_superuser or has_role(actor, {MEDICAL_DIRECTOR})):
        raise NotAllowed("not_permitted", "The access of a medical director is changed by another one.")
