"""Signed orders of the demo."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from appointments.demo.charts import Book
from appointments.demo.ground import Ground
from appointments.demo.people import SIGNERS
from clinic.models import Practitioner, Site
from clinic.scopes import judged_depth
from patients.models import Lesion, Patient
from patients.policies.findings import CONFIRMED
from treatments.models import OrderItem, Treatment, TreatmentOrder
from treatments.models.orders import ACTIVE
from treatments.policies.dates import birthday
from treatments.selectors.work import Row
from treatments.services.orders import VALID_FOR

LANCET = "lancet-extraction"
SHARE_WITH_AN_ORDER = 0.15


@dataclass(kw_only=True)
class Orders:
    """Orders with their items, kept until they are written at once."""

    ground: Ground
    orders: list[TreatmentOrder] = field(default_factory=list)
    items: list[OrderItem] = field(default_factory=list)

    def sign(
        self, *, patient: Patient, site: Site, signer: Practitioner, profession: str, at: datetime, status: str = ACTIVE
    ) -> TreatmentOrder:
        """An order without items yet."""
        order = TreatmentOrder(
            id=self.ground.key(),
            patient=patient,
            site=site,
            signed_by=signer,
            profession=profession,
            signed_at=at,
            expires_at=at + VALID_FOR,
            status=status,
        )
        self.orders.append(order)
        return order

    def add(self, order: TreatmentOrder, rows: Sequence[Row]) -> list[UUID]:
        """The items that allow these rows; their ids in the same order."""
        items = [
            OrderItem(
                id=self.ground.key(),
                order=order,
                patient=order.patient,
                group=1,
                treatment=row.treatment,
                lesion=row.lesion,
                body_site=row.body_site,
                act=row.act,
                depth=row.depth,
                region=row.region,
            )
            for row in rows
        ]
        self.items += items
        return [item.id for item in items]

    def write(self) -> None:
        """Store all of it."""
        TreatmentOrder.objects.bulk_create(self.orders)
        OrderItem.objects.bulk_create(self.items)


def order_extractions(orders: Orders, lesions: Sequence[Lesion], *, signers: Sequence[str]) -> None:
    """An open order for the extraction of each lesion, signed yesterday or the days before by one of these."""
    ground, lancet = orders.ground, Treatment.objects.get(code=LANCET)
    for lesion in lesions:
        order = orders.sign(
            patient=lesion.patient,
            site=lesion.patient.registered_site,
            signer=ground.people[ground.chance.choice(signers)],
            profession="dermatologist",
            at=ground.ago(days=ground.chance.randint(1, 12), hours=-16),
        )
        row = Row(
            group=ground.key(),
            treatment=lancet,
            lesion=lesion,
            body_site=None,
            act="lancet_extraction",
            depth=judged_depth(lesion.depth),
            region=lesion.authority_region,
            minutes=lancet.minutes,
        )
        orders.add(order, [row])


def order_for_some(orders: Orders, book: Book) -> None:
    """Open orders for some of the adults with a confirmed milium; whoever of the dermatologists assessed none of it may sign."""
    ground = orders.ground
    for code, site in ground.sites.items():
        today = ground.today(site)
        chosen = [
            lesion
            for lesion in book.lesions
            if lesion.patient.registered_site_id == site.id
            and lesion.diagnosis_certainty == CONFIRMED
            and lesion.diagnosis.code == "milium"
            and birthday(lesion.patient.birth_date, 18) <= today
            and ground.chance.random() < SHARE_WITH_AN_ORDER
        ]
        order_extractions(orders, chosen, signers=SIGNERS[code])
