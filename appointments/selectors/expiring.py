"""What is booked beyond the end of a paper and leans on it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from appointments.models import Appointment
from appointments.policies.statuses import LIVE
from clinic.policies.expirables import AGREEMENT, CERTIFICATION, LICENCE, Paper
from clinic.policies.periods import midnight
from clinic.scopes import TRAINING, parts
from clinic.selectors.expirables import Ending


def visits_beyond(endings: Collection[Ending]) -> dict[tuple[UUID, UUID], int]:
    """
    How many visits at the site reach beyond the last valid day of each paper, by (paper, site).

    Those that lost their practitioner by it and wait for another one are among them, until they are given to somebody.
    """
    return {(ending.paper.id, ending.site.pk): _beyond(ending) for ending in endings}


def _beyond(ending: Ending) -> int:
    ends_at = midnight(ending.paper.last + timedelta(days=1), zone=ending.site.zone)
    coming = Appointment.objects.filter(site=ending.site, status__in=LIVE, during__endswith__gt=ends_at)
    return coming.filter(_leans_on(ending.paper)).distinct().count()


def _leans_on(paper: Paper) -> Q:
    under = Q(practitioner=paper.holder) | Q(supervisor=paper.holder)
    if paper.kind == LICENCE:
        profession = paper.line[0]
        return Q(practitioner=paper.holder, profession=profession) | Q(
            supervisor=paper.holder, supervisor_profession=profession
        )
    if paper.kind == CERTIFICATION:
        return under & Q(items__act__in=[act for act, training in TRAINING.items() if training == paper.line[0]])
    if paper.kind == AGREEMENT:
        return Q(practitioner=paper.holder, supervisor=paper.supervisor)
    act, depth, region = parts(paper.line[0])
    return Q(practitioner=paper.holder, items__act=act, items__depth=depth, items__region=region)
