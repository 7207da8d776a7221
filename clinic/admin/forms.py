"""Forms of the admin: the services judge, and times are read on a named wall clock."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.forms.utils import from_current_timezone
from django.utils import timezone

from clinic.models import Site


class ServiceForm(forms.ModelForm):
    """Shows what the service refused; constraints are left to PostgreSQL, whose answer is put into words in one place."""

    refused: ClassVar[Sequence[str]] = ()

    def clean(self) -> dict[str, Any] | None:
        """Add the refusals of the first try, if there were any."""
        values = super().clean()
        for sentence in self.refused:
            self.add_error(None, sentence)
        return values

    def _post_clean(self) -> None:
        self.instance.validate_constraints = lambda exclude=None: None  # PostgreSQL is the judge.
        super()._post_clean()


class WallTime(forms.DateTimeField):
    """A date and time as a clock on the wall shows them; `on_the_wall` says of which place."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "vTextField"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Without a zone."""
        with timezone.override(ZoneInfo("UTC")):
            read = super().to_python(value)
        return read.replace(tzinfo=None) if read else None


class PeriodForm(ServiceForm):
    """From `starts` up to `ends`, on the wall clock of the site that `clock` or `site` names; gives `during`."""

    starts = WallTime(label="From", help_text="As the clock of the site shows it.")
    ends = WallTime(label="Until", help_text="As the clock of the site shows it; this minute is not included.")

    def clean(self) -> dict[str, Any] | None:
        """Make the period."""
        values = super().clean() or self.cleaned_data
        site = values.get("clock") or values.get("site")
        if site:
            starts, ends = (moment_of(self, field, site.zone) for field in ("starts", "ends"))
            if starts and ends and starts >= ends:
                self.add_error("ends", "The end comes after the beginning.")
            elif starts and ends:
                values["during"] = DateTimeTZRange(starts, ends)
        return values


def moment_of(form: forms.BaseForm, field: str, zone: tzinfo) -> datetime | None:
    """The moment that the field means in that zone; a time that the clock skips or shows twice is refused on the field."""
    naive = form.cleaned_data.get(field)
    if naive is None:
        return None
    try:
        with timezone.override(zone):
            return from_current_timezone(naive)
    except forms.ValidationError as error:
        form.add_error(field, error)
        return None


def a_clock() -> forms.ModelChoiceField:
    """The site whose wall clock the times of a form are read on."""
    return forms.ModelChoiceField(
        Site.objects.filter(active=True).order_by("name"), label="Clock of", help_text="The site whose clock the times are of."
    )
