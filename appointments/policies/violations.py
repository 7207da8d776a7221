"""What the database refused, in the words of API.md: the one place where constraint names become codes."""

from typing import Final

CODES: Final = {
    "claim_is_free": "slot_taken",
    "claimed_resource_is_open": "room_unsuitable",
    "performer_is_privileged": "privilege_missing",
    "performer_is_on_shift": "outside_shift",
    "supervised_work_has_a_supervisor": "supervisor_absent",
    "supervisor_is_somebody_else": "supervisor_not_qualified",
    "nobody_supervises_themselves": "supervisor_not_qualified",
    "supervisor_has_agreed": "supervision_agreement_missing",
    "supervisor_is_privileged": "supervisor_not_qualified",
    "supervisor_is_on_shift": "supervisor_absent",
    "visit_seat_is_offered": "supervisor_full",
    "visit_is_supervised_as_its_items": "supervisor_absent",
    "booker_is_authorised": "order_required",
    "restricted_item_has_an_authoriser": "order_required",
    "restricted_work_has_an_authorised_booker": "order_required",
    "order_covers_the_visit": "order_required",
    "order_item_stands_in_one_visit": "order_required",
    "item_is_of_what_its_lesion_is": "region_unverified",
    "item_region_is_of_its_body_site": "region_unverified",
    "item_lesion_is_of_the_patient": "lesion_of_another_patient",
    "item_act_is_of_its_treatment": "treatment_mismatch",
    "lancet_reaches_its_lesion": "depth_not_permitted",
    "visit_room_is_at_its_site": "room_unsuitable",
    "visit_devices_are_at_its_site": "room_unsuitable",
    "visit_follows_its_course": "illegal_transition",
    "ended_visit_is_not_changed": "illegal_transition",
}
CONFLICTS: Final = frozenset({"slot_taken", "illegal_transition", "hold_expired"})
FORBIDDEN: Final = frozenset({"order_required"})
