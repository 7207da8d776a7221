"""Finding a patient by what the front desk is told."""

import re
from datetime import date, datetime

from django.db.models import Q, QuerySet

from clinic.models import User
from patients.models import Patient
from patients.selectors.records import patients_visible_to

FEWEST_DIGITS = 4
MOST_RESULTS = 50
DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y")


def patients_found(user: User, q: str) -> QuerySet[Patient]:
    """Visible patients, none who was merged, whose birth date, e-mail, phone (at least 4 digits of it) or names begin as told; 50 at most."""
    patients = patients_visible_to(user).filter(_matching(q.strip()), merged_into=None)
    return patients.order_by("family_name", "given_name", "pk")[:MOST_RESULTS]


def _matching(q: str) -> Q:
    digits = re.sub(r"\D", "", q)
    if born := _date(q):
        return Q(birth_date=born)
    if "@" in q:
        return Q(email__istartswith=q) | Q(guardian_email__istartswith=q)
    if len(digits) >= FEWEST_DIGITS and not re.search(r"[^\d\s()+./-]", q):
        return Q(phone__contains=digits) | Q(guardian_phone__contains=digits)
    names = Q()
    for word in q.split():
        names &= Q(given_name__istartswith=word) | Q(family_name__istartswith=word)
    return names if names else Q(pk__in=[])


def _date(text: str) -> date | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
