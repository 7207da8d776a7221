"""Writing patients with their lesions and the signed findings that made these what they are."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from appointments.demo.ground import Ground
from clinic.models import Practitioner
from clinic.scopes import PERIOCULAR, UNKNOWN
from patients.models import Assessment, BodySite, Contraindication, Diagnosis, Lesion, MiliaType, Patient, SkinProfile
from patients.policies.findings import CONFIRMED, NONE
from patients.policies.sides import LID_SIDES
from patients.services.referrals import refer_flagged

DERMATOLOGIST = "dermatologist"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who found it, in which profession; and who co-signed."""

    by: Practitioner
    profession: str
    at: datetime
    cosigned_by: Practitioner | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A lesion as it stands after its finding; `signature` is of the one that says so, None while nobody has assessed it."""

    body_site: str
    laterality: str = "left"
    milia_type: str | None = "primary"
    depth: str = "epidermal"
    diagnosis: str | None = "milium"
    certainty: str = CONFIRMED
    region_verified: bool = False
    suspicious: bool = False
    count: int = 1
    size_mm: Decimal = Decimal("1.5")
    noted_days_ago: int = 330
    signature: Signature | None = None


@dataclass(kw_only=True)
class Book:
    """Everything that was charted, kept until it is written at once."""

    ground: Ground
    patients: list[Patient] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    profiles: list[SkinProfile] = field(default_factory=list)
    contraindications: list[Contraindication] = field(default_factory=list)
    assessed: list[tuple[Assessment, Lesion]] = field(default_factory=list)
    referred: list[tuple[Assessment, Lesion]] = field(default_factory=list)

    @cached_property
    def body_sites(self) -> dict[str, BodySite]:
        """By code."""
        return {row.code: row for row in BodySite.objects.all()}

    @cached_property
    def diagnoses(self) -> dict[str, Diagnosis]:
        """By code."""
        return {row.code: row for row in Diagnosis.objects.all()}

    @cached_property
    def types(self) -> dict[str, MiliaType]:
        """By code."""
        return {row.code: row for row in MiliaType.objects.all()}

    def add_patient(
        self, *, site: str, given_name: str, family_name: str, birth_date: date, email: str, **more: str
    ) -> Patient:
        """A patient who gave an address for messages; a minor's go to the guardian named in `more`."""
        place = self.ground.sites[site]
        patient = Patient(
            id=self.ground.key(),
            registered_site=place,
            given_name=given_name,
            family_name=family_name,
            birth_date=birth_date,
            email=email,
            time_zone=place.time_zone,
            **more,
        )
        self.patients.append(patient)
        return patient

    def add_skin(self, patient: Patient, *codes: str, fitzpatrick: int | None = None) -> None:
        """A skin profile; what speaks against treatments has done so for two months and does still."""
        profile = SkinProfile(id=self.ground.key(), patient=patient, fitzpatrick=fitzpatrick)
        self.profiles.append(profile)
        since = self.ground.today(patient.registered_site) - timedelta(days=60)
        self.contraindications += [
            Contraindication(id=self.ground.key(), profile=profile, code=code, since=since) for code in codes
        ]

    def add_lesion(self, patient: Patient, chart: Chart) -> Lesion:
        """A lesion and, where it was signed, its assessment."""
        place = self.body_sites[chart.body_site]
        is_plaque = chart.milia_type == "en_plaque"
        lesion = Lesion(
            id=self.ground.key(),
            patient=patient,
            body_site=place,
            laterality=LID_SIDES.get(place.code, chart.laterality),
            milia_type=self.types[chart.milia_type] if chart.milia_type else None,
            depth=chart.depth,
            size_mm=chart.size_mm,
            count=chart.count,
            first_noted_on=self.ground.today(patient.registered_site) - timedelta(days=chart.noted_days_ago),
            region=place.region,
            region_verified=chart.region_verified,
            diagnosis=self.diagnoses[chart.diagnosis] if chart.diagnosis else None,
            diagnosis_certainty=chart.certainty if chart.diagnosis else NONE,
            suspicious=chart.suspicious,
            plaque_reviewed=is_plaque and bool(chart.signature) and chart.signature.profession == DERMATOLOGIST,
        )
        self.lesions.append(lesion)
        if chart.signature:
            self._sign(lesion, chart, chart.signature)
        return lesion

    def _sign(self, lesion: Lesion, chart: Chart, signature: Signature) -> None:
        verifies = lesion.region == PERIOCULAR and chart.region_verified
        self.add_assessment(
            lesion,
            signature,
            diagnosis=lesion.diagnosis,
            certainty=lesion.diagnosis_certainty,
            milia_type=lesion.milia_type,
            depth="" if chart.depth == UNKNOWN else chart.depth,
            region=PERIOCULAR if verifies else "",
            region_verified=True if verifies else None,
            suspicious=True if chart.suspicious else None,
        )

    def add_assessment(self, lesion: Lesion, signature: Signature, **found: object) -> Assessment:
        """One more finding about a lesion; the lesion is to be charted as this one leaves it."""
        assessment = Assessment(
            id=self.ground.key(),
            patient=lesion.patient,
            signed_by=signature.by,
            profession=signature.profession,
            signed_at=signature.at,
            cosigned_by=signature.cosigned_by,
            cosigned_at=signature.at + timedelta(days=1) if signature.cosigned_by else None,
            lesion_count=1,
            **found,
        )
        self.assessments.append(assessment)
        self.assessed.append((assessment, lesion))
        return assessment

    def write(self) -> None:
        """Store all of it."""
        Patient.objects.bulk_create(self.patients)
        SkinProfile.objects.bulk_create(self.profiles)
        Contraindication.objects.bulk_create(self.contraindications)
        Lesion.objects.bulk_create(self.lesions)
        Assessment.objects.bulk_create(self.assessments)
        links = Assessment.lesions.through
        links.objects.bulk_create([links(assessment=assessment, lesion=lesion) for assessment, lesion in self.assessed])
        for assessment, lesion in self.referred:
            refer_flagged(practitioner=assessment.signed_by, assessment=assessment, flagged=[lesion], now=assessment.signed_at)
