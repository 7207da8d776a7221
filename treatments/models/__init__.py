from treatments.models.aftercare import AftercareReport
from treatments.models.aftermath import Addendum, Complication
from treatments.models.catalogue import Treatment, TreatmentAct
from treatments.models.causes import LesionCause
from treatments.models.encounters import Encounter
from treatments.models.home_care import HomeCareItem, HomeCareLesion, HomeCarePlan, RetinoidRung
from treatments.models.incidents import Incident, IncidentLesion
from treatments.models.ingredients import IngredientClass
from treatments.models.orders import OrderItem, TreatmentOrder
from treatments.models.overrides import Override
from treatments.models.plans import PlanStep, PlanStepLesion, TreatmentPlan
from treatments.models.procedures import Procedure, ProcedureItem, ProcedureOutcome

__all__ = [
    "Addendum",
    "AftercareReport",
    "Complication",
    "Encounter",
    "HomeCareItem",
    "HomeCareLesion",
    "HomeCarePlan",
    "Incident",
    "IncidentLesion",
    "IngredientClass",
    "LesionCause",
    "OrderItem",
    "Override",
    "PlanStep",
    "PlanStepLesion",
    "Procedure",
    "ProcedureItem",
    "ProcedureOutcome",
    "RetinoidRung",
    "Treatment",
    "TreatmentAct",
    "TreatmentOrder",
    "TreatmentPlan",
]
