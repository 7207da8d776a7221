from treatments.models.catalogue import Treatment, TreatmentAct
from treatments.models.encounters import Encounter
from treatments.models.home_care import HomeCareItem, HomeCareLesion, HomeCarePlan, RetinoidRung
from treatments.models.ingredients import IngredientClass
from treatments.models.orders import OrderItem, TreatmentOrder
from treatments.models.overrides import Override
from treatments.models.plans import PlanStep, PlanStepLesion, TreatmentPlan

__all__ = [
    "Encounter",
    "HomeCareItem",
    "HomeCareLesion",
    "HomeCarePlan",
    "IngredientClass",
    "OrderItem",
    "Override",
    "PlanStep",
    "PlanStepLesion",
    "RetinoidRung",
    "Treatment",
    "TreatmentAct",
    "TreatmentOrder",
    "TreatmentPlan",
]
