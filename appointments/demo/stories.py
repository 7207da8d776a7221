"""Patients with a longer history: a milium that came back, one that came from a peel, and one that is left in peace."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from appointments.demo.cases import MAIL, SITE
from appointments.demo.charts import DERMATOLOGIST, Book, Chart
from appointments.demo.charts import Signature as SignedBy
from appointments.demo.ground import Ground
from appointments.demo.pictures import skin_with
from appointments.demo.treating import LANCET, MEDIUM, draft_log, sign
from clinic.errors import Unavailable
from clinic.models import Practitioner, Site
from clinic.services.tasks import finish_tasks_about
from patients.models import Lesion, Patient
from patients.policies.consents import PATIENT, PHOTOS, Signer
from patients.policies.findings import CONFIRMED
from patients.policies.photos import GIVEN
from patients.selectors.consents import present_text
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.consents import NewConsent, give_consent
from patients.services.images import SentFile
from patients.services.lesions import NewLesion, note_lesion
from patients.services.photos import NewPhoto, upload_photo
from patients.services.signatures import Signature
from treatments.models import Encounter, Procedure, TreatmentPlan
from treatments.selectors.planning import NewPlan, NewStep
from treatments.selectors.routines import NewCare, NewItem
from treatments.services.causes import name_causing_procedure
from treatments.services.home_care import draft_home_care
from treatments.services.home_care_course import start_home_care
from treatments.services.plans import activate_plan, draft_plan
from treatments.services.steps import Means, close_step

HALF_AN_HOUR = timedelta(minutes=30)
REVIEWED, NEW_BUMPS = "review_procedure", "look_for_new_bumps"
"""What the protocol asks of the performer, two weeks after an extraction and two months after a peel."""
ROUTINE = (
    NewItem(ingredient="retinol", region="face", strength="low", per_week=2, time_of_day="evening"),
    NewItem(ingredient="sunscreen", region="face", time_of_day="morning"),
)
MILIUM = NewAssessment(
    diagnosis="milium", certainty=CONFIRMED, milia_type="primary", depth="epidermal", dermoscopy="A white globe, no vessels."
)


@dataclass(kw_only=True)
class Story:
    """One patient, and the dermatologist who sees to them, at the site of the named cases."""

    ground: Ground
    patient: Patient
    doctor: Practitioner

    @property
    def site(self) -> Site:
        return self.patient.registered_site

    def on(self, days_ago: int, hour: int = 10) -> datetime:
        """That hour at the site so many days ago, on the Friday before where that was a weekend."""
        day = self.ground.today(self.site) - timedelta(days=days_ago)
        day -= timedelta(days=max(0, day.weekday() - 4))
        return datetime.combine(day, time(hour), tzinfo=self.site.zone).astimezone(UTC)

    def agree(self, *kinds: str, at: datetime) -> None:
        """The patient signs the texts of these kinds."""
        for kind in kinds:
            text = present_text(kind=kind, language=self.patient.language, at=at)
            given = NewConsent(
                kind=kind,
                text_version=text.version,
                signer=Signer(role=PATIENT),
                signature=Signature(name=self.patient.name),
            )
            give_consent(actor=self.ground.users["frontdesk"], patient=self.patient, consent=given, now=at)

    def treat(self, treatment: str, *, at: datetime, lesion: Lesion | None = None, body_site: str | None = None) -> Procedure:
        """Half an hour of work, logged and signed."""
        encounter = Encounter.objects.create(
            id=self.ground.key(),
            patient=self.patient,
            site=self.site,
            practitioner=self.doctor,
            status="finished",
            started_at=at - timedelta(minutes=6),
            ended_at=at + HALF_AN_HOUR,
        )
        procedure = draft_log(
            encounter=encounter,
            performer=self.doctor,
            treatment=treatment,
            start=at,
            end=at + HALF_AN_HOUR,
            lesion=lesion.pk if lesion else None,
            body_site=body_site,
        )
        return sign(procedure, at=at + HALF_AN_HOUR)

    def look_again(self, procedure: Procedure, task: str, *, at: datetime) -> None:
        """The doctor looked at the skin again, as the protocol asked after the work."""
        finish_tasks_about(subjects=[procedure.pk], kind=task, actor=self.doctor.user, now=at)

    def find(self, *, at: datetime, **told: object) -> Lesion:
        """A new bump, noted and confirmed as a milium."""
        lesion = note_lesion(actor=self.doctor.user, patient=self.patient, lesion=NewLesion(**told), now=at)
        sign_assessment(actor=self.doctor.user, lesions=[lesion.pk], assessment=MILIUM, now=at)
        return lesion

    def plan(self, *steps: NewStep, at: datetime, **words: str) -> TreatmentPlan:
        """A plan that was begun."""
        plan = NewPlan(steps=steps, **words)
        row = draft_plan(actor=self.doctor.user, patient=self.patient, site=self.site, plan=plan, now=at)
        return activate_plan(actor=self.doctor.user, plan=row, now=at)

    def photograph(self, lesion: Lesion, *, bump: bool, at: datetime) -> None:
        """A close-up; the clinic opens without it where the machine is too busy to read a picture."""
        file = SentFile(content=skin_with(bump=bump, seed=self.ground.seed), name="skin.png", content_type="image/png")
        photo = NewPhoto(view="close_up", taken_at=at, taken_at_source=GIVEN, lesion=lesion)
        try:
            upload_photo(actor=self.doctor.user, patient=self.patient, photo=photo, file=file, now=at)
        except Unavailable:
            return


def tell_stories(ground: Ground) -> None:
    """Chart three patients with a past, and let the services write what happened to them."""
    book = Book(ground=ground)
    cheek = Chart(body_site="cheek", noted_days_ago=330, signature=_signature(ground, "derm", days=200))
    chin = Chart(body_site="chin", noted_days_ago=120, signature=_signature(ground, "derm-2", days=75))
    returning = _patient(book, "Helena Vargas", "1984-06-02")
    earlier = book.add_lesion(returning, cheek)
    peeled = _patient(book, "Ruth Abara", "1978-02-19")
    waiting = _patient(book, "Oskar Nilsen", "1991-09-27")
    left_alone = book.add_lesion(waiting, chin)
    book.write()
    _came_back(Story(ground=ground, patient=returning, doctor=ground.people["derm"]), earlier)
    _came_from_a_peel(Story(ground=ground, patient=peeled, doctor=ground.people["derm-2"]))
    _left_in_peace(Story(ground=ground, patient=waiting, doctor=ground.people["derm-2"]), left_alone)


def _came_back(story: Story, earlier: Lesion) -> None:
    """Extracted five months ago, noted again six weeks ago; home care first, and another extraction is planned."""
    extracted_at, noted_at = story.on(150), story.on(42)
    story.agree("lancet_extraction", PHOTOS, at=extracted_at - HALF_AN_HOUR)
    story.photograph(earlier, bump=True, at=extracted_at)
    extraction = story.treat(LANCET, at=extracted_at, lesion=earlier)
    story.photograph(earlier, bump=False, at=story.on(136))
    story.look_again(extraction, REVIEWED, at=story.on(136))
    lesion = story.find(
        at=noted_at,
        body_site="cheek",
        laterality=earlier.laterality,
        depth="epidermal",
        first_noted_on=noted_at.date(),
        recurrence_of=earlier.pk,
    )
    again = NewStep(kind="extraction", treatment=LANCET, lesions=(lesion.pk,))
    plan = story.plan(NewStep(kind="home_care"), again, NewStep(kind="review"), at=noted_at, outcome="home_care")
    care = NewCare(items=ROUTINE, lesions=(lesion.pk,), pregnancy_answer="no", note="Not near the eyes.")
    doctor, began_at = story.doctor.user, story.on(40)
    home_care = draft_home_care(actor=doctor, patient=story.patient, site=story.site, care=care, plan=plan, now=began_at)
    start_home_care(actor=doctor, home_care=home_care, now=began_at)
    close_step(actor=doctor, step=plan.steps.get(position=1), means=Means(home_care=home_care), now=began_at)


def _came_from_a_peel(story: Story) -> None:
    """New after a peel of ours; extracted three weeks ago as planned, which closed that step, and to be reviewed."""
    peeled_at, noted_at, extracted_at = story.on(110), story.on(55), story.on(20)
    story.agree("chemical_peel", at=peeled_at - HALF_AN_HOUR)
    peel = story.treat(MEDIUM, at=peeled_at, body_site="cheek")
    story.look_again(peel, NEW_BUMPS, at=noted_at)
    lesion = story.find(
        at=noted_at, body_site="cheek", laterality="right", depth="epidermal", first_noted_on=story.on(60).date()
    )
    if peel.is_signed:
        name_causing_procedure(actor=story.doctor.user, lesion=lesion, procedure=peel, cause="resurfacing", now=noted_at)
    planned = NewStep(kind="extraction", treatment=LANCET, lesions=(lesion.pk,))
    story.plan(planned, NewStep(kind="review"), at=noted_at, outcome="extraction_planned")
    story.agree("lancet_extraction", PHOTOS, at=extracted_at - HALF_AN_HOUR)
    story.photograph(lesion, bump=True, at=extracted_at)
    extraction = story.treat(LANCET, at=extracted_at, lesion=lesion)
    story.photograph(lesion, bump=False, at=story.on(6))
    story.look_again(extraction, REVIEWED, at=story.on(6))


def _left_in_peace(story: Story, lesion: Lesion) -> None:
    """The patient would rather wait: a plan of watching, whose six-month offer comes by itself."""
    watching = NewStep(kind="watchful_waiting", lesions=(lesion.pk,))
    story.plan(watching, NewStep(kind="review"), at=story.on(70), outcome="no_treatment", note="Does not mind it.")


def _patient(book: Book, name: str, born: str) -> Patient:
    given, family = name.split()
    return book.add_patient(
        site=SITE,
        given_name=given,
        family_name=family,
        birth_date=datetime.fromisoformat(born).date(),
        email=f"{given}.{family}@{MAIL}".lower(),
    )


def _signature(ground: Ground, username: str, *, days: int) -> SignedBy:
    return SignedBy(by=ground.people[username], profession=DERMATOLOGIST, at=ground.ago(days=days, hours=-16))
