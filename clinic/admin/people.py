"""Users, their memberships, and practitioners."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db.models import Q, QuerySet

from clinic.admin.base import Given, Moved, Step
from clinic.admin.forms import ServiceForm
from clinic.admin.writing import ServiceAdmin
from clinic.admin_site import LEADERS
from clinic.models import Membership, Practitioner, Site, User
from clinic.services.credentials.staff import (
    deactivate_practitioner,
    hire_practitioner,
    limit_supervisees,
    reactivate_practitioner,
)
from clinic.services.users import correct_user, give_membership, register_user, rename_practitioner, take_membership


class UserForm(ServiceForm, BaseUserCreationForm):
    """A new user with a first password, which has to be a good one."""


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Who signs in. Passwords of others are not set here, and nobody becomes a superuser here."""

    list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    fields = ("username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login", "date_joined")
    filed = ("username", "password1", "password2", "first_name", "last_name", "email", "is_staff")
    corrected = ("first_name", "last_name", "email", "is_staff", "is_active")
    form = UserForm
    writers = LEADERS
    for_superusers = True

    def file(self, given: Given) -> tuple[User, Moved]:
        """Register somebody."""
        values = {name: given.values[name] for name in ("username", "first_name", "last_name", "email", "is_staff")}
        return register_user(password=given.values["password1"], **values), ()

    def correct(self, given: Given) -> tuple[User, Moved]:
        """Correct what is said of them."""
        return correct_user(actor=given.actor, user=given.row, **given.values), ()


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin):
    """Roles at sites: given and taken, never edited."""

    list_display = ("user", "site", "role")
    list_filter = ("site", "role")
    search_fields = ("user__username", "user__last_name")
    filed = ("user", "site", "role")
    writers = LEADERS
    for_superusers = True
    steps = (
        Step(
            name="take",
            label="Take this role away",
            run=lambda given: take_membership(actor=given.actor, membership=given.row),
            roles=LEADERS,
        ),
    )

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of one's sites; a superuser sees all."""
        return rows if user.is_superuser else super().visible(user, rows)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A superuser gives the first roles, at any site."""
        if db_field.related_model is Site and request.user.is_superuser:
            kwargs["queryset"] = Site.objects.order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def file(self, given: Given) -> tuple[Membership, Moved]:
        """Give it."""
        return give_membership(actor=given.actor, **given.values), ()


class HiringForm(ServiceForm):
    """Somebody new; a user who is a practitioner already is not offered."""

    user = forms.ModelChoiceField(User.objects.filter(practitioner=None, is_active=True).order_by("username"), required=False)


@admin.register(Practitioner)
class PractitionerAdmin(ServiceAdmin):
    """Who treats. What they may do follows from their papers."""

    list_display = ("name", "user", "max_supervisees", "active")
    list_filter = ("active",)
    search_fields = ("name", "user__username")
    filed = ("name", "user", "max_supervisees")
    corrected = ("name", "user", "max_supervisees")
    form = HiringForm
    steps = (
        Step(
            name="deactivate",
            label="Deactivate",
            said="They neither treat nor supervise nor sign from now on; visits that lean on them move.",
            run=lambda given: deactivate_practitioner(actor=given.actor, practitioner=given.row, now=given.now)[1],
            when=lambda row: row.active,
        ),
        Step(
            name="reactivate",
            label="Reactivate",
            run=lambda given: reactivate_practitioner(actor=given.actor, practitioner=given.row, now=given.now)[1],
            when=lambda row: not row.active,
        ),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A user who is nobody else."""
        if db_field.name == "user":
            here = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
            kwargs["queryset"] = User.objects.filter(Q(practitioner=None) | Q(practitioner=here)).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def file(self, given: Given) -> tuple[Practitioner, Moved]:
        """Hire them."""
        return hire_practitioner(**given.values), ()

    def correct(self, given: Given) -> tuple[Practitioner, Moved]:
        """Correct the name, name the user, or change how many they supervise."""
        stored = Practitioner.objects.get(pk=given.row.pk)
        most = given.values["max_supervisees"]
        row = rename_practitioner(actor=given.actor, practitioner=stored, name=given.values["name"], user=given.values["user"])
        if most == stored.max_supervisees:
            return row, ()
        return limit_supervisees(actor=given.actor, practitioner=stored, max_supervisees=most, now=given.now)
