"""Weekly rules, shifts filed by hand, time off and closures."""

from typing import Any

from django import forms
from django.contrib import admin

from clinic.admin.base import Given, Moved, Step
from clinic.admin.forms import PeriodForm, ServiceForm, a_clock
from clinic.admin.writing import ServiceAdmin, require_manager_at
from clinic.models import Closure, PlannedShift, TimeOff, WeeklyRule
from clinic.services.absences import cancel_time_off, file_closure, file_time_off, reopen
from clinic.services.rosters import file_shift, file_weekly_rule, withdraw_shift
from clinic.services.weekly_rules import end_weekly_rule, withdraw_weekly_rule

WEEKDAYS = list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))
THINGS_OF_A_SITE = ("room", "device")


def local_period(during: Any, zone: Any = None) -> str:
    """A period as the wall clock of the zone shows it, UTC without one."""
    start, end = (bound.astimezone(zone) if zone else bound for bound in (during.lower, during.upper))
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%d %b %Y, %H:%M}"
    return f"{start:%d %b %Y, %H:%M} to {until} {start:%Z}".replace(" ", "\N{NO-BREAK SPACE}")


def _require_of_the_site(form: forms.ModelForm) -> None:
    site = form.cleaned_data.get("site")
    for field in THINGS_OF_A_SITE:
        thing = form.cleaned_data.get(field)
        if thing and site and thing.site_id != site.pk:
            form.add_error(field, "This belongs to another site.")


class WeeklyRuleForm(ServiceForm):
    """One practitioner, room or device, on one weekday."""

    weekday = forms.TypedChoiceField(choices=WEEKDAYS, coerce=int)

    def clean(self) -> dict[str, Any]:
        """Exactly one of the three, and of the same site."""
        values = super().clean() or self.cleaned_data
        owners = [values[field] for field in ("practitioner", *THINGS_OF_A_SITE) if values.get(field)]
        if len(owners) != 1:
            self.add_error(None, "A rule is of one practitioner, one room or one device.")
        if values.get("starts") and values.get("ends") and values["starts"] >= values["ends"]:
            self.add_error("ends", "The rule ends after it starts, on the same day.")
        _require_of_the_site(self)
        return values


def _withdraw_rule(given: Given) -> Moved:
    require_manager_at(given.actor, given.row.site)
    return withdraw_weekly_rule(actor=given.actor, rule=given.row.pk, now=given.now)


@admin.register(WeeklyRule)
class WeeklyRuleAdmin(ServiceAdmin):
    """Who and what is there each week, on the wall clock of the site."""

    list_display = ("whose", "site", "day", "starts", "ends", "valid_from", "valid_through")
    list_filter = ("site", "weekday")
    filed = ("site", "practitioner", "room", "device", "weekday", "starts", "ends", "valid_from", "valid_through")
    corrected = ("valid_through",)
    form = WeeklyRuleForm
    steps = (Step(name="withdraw", label="Take the rule away", run=_withdraw_rule, said="Visits that lean on it move."),)

    @admin.display(description="whose")
    def whose(self, rule: WeeklyRule) -> str:
        """Practitioner, room or device."""
        return str(rule.practitioner or rule.room or rule.device)

    @admin.display(description="weekday", ordering="weekday")
    def day(self, rule: WeeklyRule) -> str:
        """The name of the day."""
        return WEEKDAYS[rule.weekday][1]

    def file(self, given: Given) -> tuple[WeeklyRule, Moved]:
        """File it."""
        values = dict(given.values)
        require_manager_at(given.actor, values["site"])
        whose = values.pop("practitioner") or values["room"] or values["device"]
        asked = {name: values[name] for name in ("site", "starts", "ends", "valid_from", "valid_through")}
        [rule], moved = file_weekly_rule(actor=given.actor, whose=whose, weekdays=[values["weekday"]], now=given.now, **asked)
        return rule, moved

    def correct(self, given: Given) -> tuple[WeeklyRule, Moved]:
        """Let it end."""
        require_manager_at(given.actor, given.row.site)
        return end_weekly_rule(actor=given.actor, rule=given.row.pk, now=given.now, **given.values)


class PeriodAdmin(ServiceAdmin):
    """Something that lasts, filed and withdrawn, never edited."""

    form = PeriodForm

    @admin.display(description="when", ordering="during")
    def when(self, row: Any) -> str:
        """On the clock of its site."""
        site = getattr(row, "site", None)
        return local_period(row.during, site.zone if site else None)


def _withdraw_shift(given: Given) -> Moved:
    require_manager_at(given.actor, given.row.site)
    return withdraw_shift(actor=given.actor, shift=given.row.pk, now=given.now)


@admin.register(PlannedShift)
class PlannedShiftAdmin(PeriodAdmin):
    """Shifts beside the weekly rules."""

    list_display = ("practitioner", "site", "when")
    list_filter = ("site",)
    search_fields = ("practitioner__name",)
    fields = ("practitioner", "site", "when")
    filed = ("practitioner", "site", "starts", "ends")
    steps = (Step(name="withdraw", label="Withdraw", run=_withdraw_shift, said="Visits that lean on this shift move."),)

    def file(self, given: Given) -> tuple[PlannedShift, Moved]:
        """Put somebody on duty."""
        values = given.values
        require_manager_at(given.actor, values["site"])
        return file_shift(
            actor=given.actor,
            practitioner=values["practitioner"],
            site=values["site"],
            during=values["during"],
            now=given.now,
        )


class TimeOffForm(PeriodForm):
    """Away from every site: so the times need a clock."""

    clock = a_clock()


@admin.register(TimeOff)
class TimeOffAdmin(PeriodAdmin):
    """Filing it always succeeds; visits in that time move."""

    list_display = ("practitioner", "when", "reason")
    search_fields = ("practitioner__name",)
    fields = ("practitioner", "when", "reason")
    filed = ("practitioner", "starts", "ends", "clock", "reason")
    form = TimeOffForm
    steps = (
        Step(
            name="cancel",
            label="Cancel",
            said="The roster counts again in that time.",
            run=lambda given: cancel_time_off(actor=given.actor, time_off=given.row.pk, now=given.now),
        ),
    )

    def file(self, given: Given) -> tuple[TimeOff, Moved]:
        """File it."""
        values = given.values
        return file_time_off(
            actor=given.actor,
            practitioner=values["practitioner"],
            during=values["during"],
            reason=values["reason"],
            now=given.now,
        )


class ClosureForm(PeriodForm):
    """The site, or one room or device of it."""

    def clean(self) -> dict[str, Any]:
        """At most one thing, and of the same site."""
        values = super().clean() or self.cleaned_data
        if values.get("room") and values.get("device"):
            self.add_error("device", "A closure is of a room or of a device: file two.")
        _require_of_the_site(self)
        return values


def _reopen(given: Given) -> Moved:
    require_manager_at(given.actor, given.row.site)
    return reopen(actor=given.actor, closure=given.row.pk, now=given.now)


@admin.register(Closure)
class ClosureAdmin(PeriodAdmin):
    """Filing it always succeeds; visits in that time move."""

    list_display = ("what", "site", "when", "reason")
    list_filter = ("site",)
    fields = ("site", "room", "device", "when", "reason")
    filed = ("site", "room", "device", "starts", "ends", "reason")
    form = ClosureForm
    steps = (Step(name="reopen", label="Open again", run=_reopen),)

    @admin.display(description="what")
    def what(self, closure: Closure) -> str:
        """Site, room or device."""
        return str(closure.room or closure.device or closure.site)

    def file(self, given: Given) -> tuple[Closure, Moved]:
        """Close it."""
        values = given.values
        require_manager_at(given.actor, values["site"])
        asked = {name: values[name] for name in ("site", "room", "device", "during", "reason")}
        return file_closure(actor=given.actor, now=given.now, **asked)
