from patients.models.assessments import AssessedLesion, Assessment
from patients.models.consents import Consent, ConsentText
from patients.models.contact import ContactConsent, StoppedNumber
from patients.models.duplicates import PatientMerge
from patients.models.lesions import BodySite, Diagnosis, Lesion, MiliaType
from patients.models.merges import LesionMerge
from patients.models.people import Contraindication, Patient, SkinProfile
from patients.models.photos import Photo
from patients.models.referrals import Referral, ReferredLesion
from patients.models.reports import LesionReport

__all__ = [
    "AssessedLesion",
    "Assessment",
    "BodySite",
    "Consent",
    "ConsentText",
    "ContactConsent",
    "Contraindication",
    "Diagnosis",
    "Lesion",
    "LesionMerge",
    "LesionReport",
    "MiliaType",
    "Patient",
    "PatientMerge",
    "Photo",
    "Referral",
    "ReferredLesion",
    "SkinProfile",
    "StoppedNumber",
]
