"""Who the caller is, which roles they hold where, and whom a reference names."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from clinic.errors import NotFound
from clinic.models import Device, Membership, Practitioner, Room, Site, StaffToken, User
from clinic.models.people import MANAGER, MEDICAL_DIRECTOR

IDLE = timedelta(minutes=15)


def live_token(*, digest: bytes, now: datetime) -> StaffToken | None:
    """The token that is neither expired, idle for 15 minutes nor of somebody who left, with its user and memberships: two queries."""
    memberships = Prefetch("user__memberships", Membership.objects.select_related("site").order_by("site__code", "role"))
    return (
        StaffToken.objects.filter(digest=digest, expires_at__gt=now, last_used_at__gt=now - IDLE, user__is_active=True)
        .select_related("user", "user__practitioner")
        .prefetch_related(memberships)
        .first()
    )


def roles_of(user: User, *, site: Site | None = None) -> frozenset[str]:
    """The roles that the user holds at the site, or anywhere when none is named."""
    return frozenset(held.role for held in user.memberships.all() if site is None or held.site_id == site.id)


def has_role(user: User, roles: Collection[str], *, site: Site | None = None) -> bool:
    """Whether the user holds one of the roles at the site, or anywhere when none is named."""
    return not roles_of(user, site=site).isdisjoint(roles)


def visible_sites(user: User) -> QuerySet[Site]:
    """The sites whose records the user may see: those of the memberships, all of them for a medical director."""
    if has_role(user, {MEDICAL_DIRECTOR}):
        return Site.objects.all()
    return Site.objects.filter(id__in={held.site_id for held in user.memberships.all()})


def managed_sites(user: User) -> QuerySet[Site]:
    """The active sites that the user manages, all of them for a medical director."""
    sites = Site.objects.filter(active=True)
    if has_role(user, {MEDICAL_DIRECTOR}):
        return sites
    return sites.filter(id__in={held.site_id for held in user.memberships.all() if held.role == MANAGER})


def site_named(code: str, *, user: User | None = None) -> Site:
    """
    The active site of that code, as it was read with the memberships of the user if it is one of theirs.

    :raises NotFound: if there is none.
    """
    theirs = [held.site for held in user.memberships.all()] if user else []
    if own := [site for site in theirs if site.code == code and site.active]:
        return own[0]
    site = Site.objects.filter(code=code, active=True).first()
    if site is None:
        raise NotFound
    return site


def practitioner_named(reference: str) -> Practitioner:
    """
    The practitioner of that id or username, with the user.

    :raises NotFound: if there is none.
    """
    key = as_uuid(reference)
    match = {"id": key} if key else {"user__username": reference}
    practitioner = Practitioner.objects.select_related("user").filter(**match).first()
    if practitioner is None:
        raise NotFound
    return practitioner


def room_named(room: UUID, *, site: Site) -> Room:
    """
    The room of that id at the site.

    :raises NotFound: if there is none.
    """
    found = Room.objects.filter(id=room, site=site).first()
    if found is None:
        raise NotFound
    return found


def device_named(device: UUID, *, site: Site) -> Device:
    """
    The device of that id at the site.

    :raises NotFound: if there is none.
    """
    found = Device.objects.filter(id=device, site=site).first()
    if found is None:
        raise NotFound
    return found


def as_uuid(text: str) -> UUID | None:
    """The uuid that the text spells in its usual form, or None."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text.lower() else None


def user_named(reference: str) -> User:
    """
    The active user of that id or username, with the memberships.

    :raises NotFound: if there is none.
    """
    key = as_uuid(reference)
    match = {"id": key} if key else {"username": reference}
    user = User.objects.prefetch_related("memberships").filter(is_active=True, **match).first()
    if user is None:
        raise NotFound
    return user
