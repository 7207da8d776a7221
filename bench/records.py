"""Long records: a patient's whole timeline beside a bare view, and outcomes counted from every signed log."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from bench.calibration import Effort, Figure, by_turns
from bench.clinic import tidy, without_triggers
from bench.shape import ACT, DEPTH, REGION, TREATMENT, Clinic
from clinic.models import Membership, Site, StaffToken, User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.services.tokens import digest_of
from treatments.models import Treatment

EACH = 10
"""Lesions of a patient, each with a stay and a signed log."""
LONGER, STATEMENTS, PLOT_S = 8, 12, 1
OK = 200

PLAN = """
CREATE TABLE IF NOT EXISTS bench_log (
  nth integer, patient uuid, lesion uuid, assessment uuid, stay uuid, procedure uuid, item uuid, began timestamptz, result text);
INSERT INTO bench_log
SELECT p.nth, p.patient, CASE k WHEN 0 THEN p.lesion ELSE uuidv7(t.began - now()) END, uuidv7(t.began - now()),
       uuidv7(t.began - now()), uuidv7(t.began - now()), uuidv7(t.began - now()), t.began,
       (ARRAY['complete', 'complete', 'complete', 'complete', 'complete', 'complete', 'complete', 'partial', 'partial',
              'not_expressed'])[1 + (p.nth * 7 + k * 3) %% 10]
  FROM bench_patient p CROSS JOIN generate_series(0, %(each)s - 1) k
  CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - interval '1 day' * (1 + p.nth %% 300 + k * 40) AS began) t
 WHERE p.nth < %(patients)s
"""

CHARTS = """
INSERT INTO patients_lesion (
  id, laterality, chart, depth, count, colour, products, cause, cause_note, status, region, region_verified,
  diagnosis_certainty, suspicious, plaque_reviewed, body_site_id, diagnosis_id, patient_id, first_noted_on)
SELECT g.lesion, l.laterality, '', l.depth, 1, '', '', '', '', 'planned', l.region, false, 'confirmed', false, false,
       l.body_site_id, l.diagnosis_id, g.patient, g.began::date
  FROM bench_log g JOIN bench_patient p ON p.nth = g.nth JOIN patients_lesion l ON l.id = p.lesion
 WHERE g.lesion <> p.lesion;
INSERT INTO patients_assessment (
  id, profession, signed_at, certainty, depth, region, excluded, suspected, dermoscopy, note, lesion_count, diagnosis_id,
  patient_id, signed_by_id)
SELECT g.assessment, 'dermatologist', g.began - interval '1 hour', 'confirmed', l.depth, '', '{}', '{}', '', '', 1,
       l.diagnosis_id, g.patient, b.practitioner
  FROM bench_log g JOIN bench_person b ON b.nth = g.nth %% %(people)s JOIN patients_lesion l ON l.id = g.lesion;
INSERT INTO patients_assessment_lesions (assessment_id, lesion_id) SELECT assessment, lesion FROM bench_log;
"""

LOGS = """
INSERT INTO treatments_encounter (id, patient_id, site_id, practitioner_id, status, started_at, ended_at, plan, begun)
SELECT g.stay, g.patient, b.site, b.practitioner, 'finished', g.began, g.began + interval '30 min', '{}', '{}'
  FROM bench_log g JOIN bench_person b ON b.nth = g.nth %% %(people)s;
INSERT INTO treatments_procedure (
  id, encounter_id, patient_id, site_id, performed_by_id, profession, supervision, supervisor_profession, performed_at, ended_at,
  status, drafted_at, signed_by_id, signed_at, anaesthesia, downtime_days, aftercare, note, decision)
SELECT g.procedure, g.stay, g.patient, b.site, b.practitioner, 'dermatologist', 'none', '', g.began, g.began + interval '20 min',
       'signed', g.began, b.practitioner, g.began + interval '25 min', 'none', 0, 'Do not pick.', '', '{}'
  FROM bench_log g JOIN bench_person b ON b.nth = g.nth %% %(people)s;
INSERT INTO treatments_procedureitem (
  id, procedure_id, patient_id, number, treatment_id, act, depth, region, reached, scopes, cleansed, sterile, single_use,
  sharps_disposed_at, instruments, settings, note)
SELECT g.item, g.procedure, g.patient, 1, %(treatment)s, %(act)s, %(depth)s, %(region)s, '', '{}', true, true, true,
       g.began + interval '20 min', '[]', '{}', '' FROM bench_log g;
INSERT INTO treatments_procedureoutcome (id, item_id, procedure_id, patient_id, lesion_id, result, reason, attempts, reached)
SELECT uuidv7(), g.item, g.procedure, g.patient, g.lesion, g.result, '', 1 + g.nth %% 2, '' FROM bench_log g;
INSERT INTO treatments_complication (id, procedure_id, patient_id, lesion_id, kind, severity, note)
SELECT uuidv7(), g.procedure, g.patient, g.lesion, 'scar', 'mild', '' FROM bench_log g WHERE hashint4(g.nth) %% 50 = 0;
"""

TREATED = """
UPDATE patients_lesion SET status = 'in_treatment' WHERE id IN (SELECT lesion FROM bench_log);
UPDATE patients_lesion SET status = 'resolved' WHERE id IN (SELECT lesion FROM bench_log WHERE result = 'complete');
"""


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """Make the records once, then read them."""
    _fill(clinic, now=timezone.now())
    StaffToken.objects.update(last_used_at=timezone.now())
    client = _client(clinic.people[0].secret)
    patients = _patients_of(clinic)
    yield from _timeline(client, patients, effort)
    yield _plots(_client(_director(clinic)), effort)


def _timeline(client: APIClient, patients: list[str], effort: Effort) -> Iterator[Figure]:
    turn = cycle(patients)
    timings = by_turns(
        {
            "timeline": lambda: _get(client, f"/api/v1/patients/{next(turn)}/timeline/"),
            "bare": lambda: _get(client, "/bench/select-one/"),
        },
        blocks=effort.blocks,
        times=effort.times,
    )
    with CaptureQueriesContext(connection) as captured:
        events = len(_get(client, f"/api/v1/patients/{patients[0]}/timeline/").json()["events"])
    timeline_s, bare_s = timings["timeline"].usual, timings["bare"].usual
    ratio = timeline_s / bare_s
    yield Figure(
        what=f"a patient's whole timeline, {EACH} lesions and procedures each",
        shown=f"{ratio:.1f}x the time of a bare view ({timeline_s * 1e3:.1f} ms)",
        target=f"{LONGER}x",
        reached=ratio <= LONGER,
        raw={"ms": timeline_s * 1e3, "bare_ms": bare_s * 1e3, "ratio": ratio, "events": events},
    )
    yield Figure(
        what="SQL statements for that timeline",
        shown=str(len(captured)),
        target=str(STATEMENTS),
        reached=len(captured) <= STATEMENTS,
        raw={"statements": len(captured)},
    )


def _plots(client: APIClient, effort: Effort) -> Figure:
    ways = ("clinic", "practitioner", "technique")
    calls: dict[str, Callable[[], object]] = {by: _plot(client, by) for by in ways}
    timings = by_turns(calls, blocks=effort.blocks, times=effort.slow_times)
    slowest = max(timing.usual for timing in timings.values())
    cases = sum(group["cases"] for group in _get(client, "/api/v1/outcomes/").json()["results"])
    return Figure(
        what="outcome plots, by clinic, practitioner or technique, the slowest",
        shown=f"{slowest:.2f} s of {cases:,} cases",
        target=f"{PLOT_S} s",
        reached=slowest <= PLOT_S,
        raw={"cases": cases} | {f"{by}_s": timing.usual for by, timing in timings.items()},
    )


def _plot(client: APIClient, by: str) -> Callable[[], object]:
    return lambda: _get(client, f"/api/v1/outcomes/plot/?by={by}")


def _fill(clinic: Clinic, *, now: datetime) -> None:
    """The logs as they would lie there, with the history that the lesions have of their own course."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('bench_log')")
        if cursor.fetchone()[0]:
            return
    given: dict[str, Any] = {
        "each": EACH,
        "now": now,
        "patients": clinic.shape.patients,
        "people": clinic.shape.practitioners,
        "treatment": Treatment.objects.get(code=TREATMENT).pk,
        "act": ACT,
        "depth": DEPTH,
        "region": REGION,
    }
    with without_triggers(), connection.cursor() as cursor:
        for statement in (PLAN, CHARTS, LOGS):
            cursor.execute(statement, given)
    with connection.cursor() as cursor:
        cursor.execute(TREATED)
    tidy()


def _patients_of(clinic: Clinic) -> list[str]:
    """Some patients of the first practitioner's site."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT g.patient::text FROM bench_log g JOIN bench_person b ON b.nth = g.nth %% %s WHERE b.site = %s LIMIT 200",
            [clinic.shape.practitioners, clinic.site],
        )
        return [patient for [patient] in cursor.fetchall()]


def _director(clinic: Clinic) -> str:
    """The secret of a token of somebody who sees every site and practitioner."""
    user, _ = User.objects.get_or_create(username="director")
    Membership.objects.get_or_create(user=user, site=Site.objects.get(pk=clinic.site), role=MEDICAL_DIRECTOR)
    now, secret = timezone.now(), "secret-of-director"
    times = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    StaffToken.objects.update_or_create(digest=digest_of(secret.encode()), defaults={"user": user} | times)
    return secret


def _client(secret: str) -> APIClient:
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def _get(client: APIClient, url: str) -> Any:
    answer = client.get(url)
    if answer.status_code != OK:
        raise AssertionError(f"{url} answered {answer.status_code}: {answer.content[:500]!r}")
    return answer
