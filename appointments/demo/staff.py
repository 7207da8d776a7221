"""Who works in the demo clinic: users, roles, papers, agreements, grants and weekly hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.contrib.auth.hashers import make_password

from appointments.demo.ground import FUTURE_DAYS, PAST_DAYS, SETTLED_DAYS, Ground
from clinic.admin_site import LEADERS
from clinic.models import (
    Certification,
    Grant,
    Licence,
    Membership,
    Practitioner,
    Seat,
    SupervisionAgreement,
    User,
    WeeklyRule,
)
from clinic.models.credentials import ACTIVE, SUSPENDED, TRAININGS
from clinic.models.people import FRONT_DESK, MANAGER, MEDICAL_DIRECTOR, PRACTITIONER
from clinic.scopes import ACTS, PERIOCULAR, scope
from clinic.services.authority import rebuild_authority
from clinic.services.presence import rebuild_presence

PASSWORD = "demo"  # noqa: S105 - the demo's, and nowhere else's
SITES = ("columbus", "jersey-city", "san-diego")
STARTS, ENDS = time(9), time(17)
SEATS = 3
GRANTED_DEPTHS = ("stratum_corneum", "epidermal", "dermal")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One row of the staff: `sites` are where the roles hold, the first is where a practitioner is present."""

    username: str
    name: str
    roles: tuple[str, ...] = (PRACTITIONER,)
    profession: str = ""
    sites: tuple[str, ...] = ("columbus",)
    trainings: tuple[str, ...] = ()
    expires_in: int | None = None
    is_suspended: bool = False


DERM = "dermatologist"
STAFF = (
    Member(username="manager", name="Grace Holloway", roles=(MANAGER,), sites=SITES),
    Member(
        username="director",
        name="Dr. Ingrid Solberg",
        roles=(MEDICAL_DIRECTOR, PRACTITIONER),
        profession=DERM,
        trainings=TRAININGS,
    ),
    Member(username="frontdesk", name="Tomás Herrera", roles=(FRONT_DESK,), sites=SITES),
    Member(username="derm", name="Dr. Amara Okafor", profession=DERM, trainings=TRAININGS),
    Member(username="derm-2", name="Dr. Wei Zhang", profession=DERM, trainings=TRAININGS),
    Member(username="derm-nj", name="Dr. Sofia Marino", profession=DERM, sites=("jersey-city",), trainings=TRAININGS),
    Member(username="derm-ca", name="Dr. Kenji Watanabe", profession=DERM, sites=("san-diego",), trainings=TRAININGS),
    Member(username="derm-expiring", name="Dr. Lena Fischer", profession=DERM, trainings=TRAININGS, expires_in=10),
    Member(username="derm-suspended", name="Dr. Marcus Reed", profession=DERM, trainings=TRAININGS, is_suspended=True),
    Member(username="ophth", name="Dr. Priya Raman", profession="ophthalmologist", trainings=("lancet",)),
    Member(username="optom", name="Dr. Daniel Cho", profession="optometrist"),
    Member(username="pa", name="Naomi Adler", profession="physician_assistant", trainings=("lancet", "peel")),
    Member(username="np", name="Elijah Brooks", profession="nurse_practitioner", trainings=("lancet", "peel")),
    Member(username="medesth", name="Camila Duarte", profession="medical_aesthetician", trainings=("lancet", "peel")),
    Member(username="esth", name="Hana Novak", profession="esthetician", trainings=("lancet",)),
    Member(username="esth-ca", name="Rosa Delgado", profession="esthetician", sites=("san-diego",)),
    Member(username="pediatrician", name="Dr. Samuel Osei", profession="pediatrician"),
)
AGREEMENTS = (
    ("pa", "general", ACTS),
    ("pa", "direct", ACTS),
    ("np", "general", ACTS),
    ("np", "direct", ACTS),
    ("medesth", "direct", ACTS),
)
SUPERVISOR = "derm"


def hire_staff(ground: Ground) -> None:
    """Write users, papers and hours of everybody, and derive authority and presence from them."""
    _make_users(ground)
    treating = [member for member in STAFF if member.profession]
    for member in treating:
        person = Practitioner(id=ground.key(), user=ground.users[member.username], name=member.name, max_supervisees=SEATS)
        ground.people[member.username] = person
    people = list(ground.people.values())
    Practitioner.objects.bulk_create(people)
    Seat.objects.bulk_create(
        [Seat(id=ground.key(), practitioner=person, number=number) for person in people for number in range(1, SEATS + 1)]
    )
    _file_papers(ground, treating)
    _file_agreements(ground)
    _file_hours(ground, treating)
    ids = [person.id for person in people]
    rebuild_authority(practitioners=ids, now=ground.began_at)
    rebuild_presence(practitioners=ids, now=ground.ago(days=PAST_DAYS + 1), horizon_days=PAST_DAYS + FUTURE_DAYS + 3)


def _make_users(ground: Ground) -> None:
    password = make_password(PASSWORD)
    for member in STAFF:
        first, _, last = member.name.removeprefix("Dr. ").rpartition(" ")
        ground.users[member.username] = User(
            id=ground.key(),
            username=member.username,
            password=password,
            first_name=first,
            last_name=last,
            email=f"{member.username}@pearl.example",
            is_staff=not LEADERS.isdisjoint(member.roles),
            date_joined=ground.began_at,
        )
    User.objects.bulk_create(ground.users.values())
    Membership.objects.bulk_create(
        [
            Membership(id=ground.key(), user=ground.users[member.username], site=ground.sites[site], role=role)
            for member in STAFF
            for site in member.sites
            for role in member.roles
        ]
    )


def _file_papers(ground: Ground, members: Iterable[Member]) -> None:
    licences, trainings, grants = [], [], []
    for number, member in enumerate(members, start=1):
        site, person = ground.sites[member.sites[0]], ground.people[member.username]
        today = ground.today(site)
        span = {"valid_from": today - timedelta(days=2 * SETTLED_DAYS), "valid_through": today + timedelta(days=730)}
        licences.append(_licence(ground, member, number=number, valid_from=span["valid_from"], today=today))
        trainings += [Certification(id=ground.key(), practitioner=person, kind=kind, **span) for kind in member.trainings]
        if member.username == "pa":
            grants += _periocular_grants(ground, person, today)
    Licence.objects.bulk_create(licences)
    Certification.objects.bulk_create(trainings)
    Grant.objects.bulk_create(grants)


def _licence(ground: Ground, member: Member, *, number: int, valid_from: date, today: date) -> Licence:
    site = ground.sites[member.sites[0]]
    left = 730 if member.expires_in is None else member.expires_in
    return Licence(
        id=ground.key(),
        practitioner=ground.people[member.username],
        profession=member.profession,
        jurisdiction=site.jurisdiction,
        number=f"{site.jurisdiction[-2:]}-{40_000 + 137 * number}",
        valid_from=valid_from,
        valid_through=today + timedelta(days=left),
        status=SUSPENDED if member.is_suspended else ACTIVE,
        suspended_from=ground.ago(days=30) if member.is_suspended else None,
        status_reason="Suspended by the board" if member.is_suspended else "",
        verified_at=ground.began_at,
        verified_by=ground.users["manager"],
        verification_method="board site",
    )


def _periocular_grants(ground: Ground, person: Practitioner, today: date) -> list[Grant]:
    return [
        Grant(
            id=ground.key(),
            practitioner=person,
            site=ground.sites["columbus"],
            scope=scope(act="lancet_extraction", depth=depth, region=PERIOCULAR),
            valid_from=today - timedelta(days=300),
            valid_through=today + timedelta(days=400),
            granted_by=ground.users["director"],
        )
        for depth in GRANTED_DEPTHS
    ]


def _file_agreements(ground: Ground) -> None:
    site = ground.sites["columbus"]
    today = ground.today(site)
    for supervisee, level, acts in AGREEMENTS:
        agreement = SupervisionAgreement.objects.create(
            id=ground.key(),
            supervisor=ground.people[SUPERVISOR],
            supervisee=ground.people[supervisee],
            acts=list(acts),
            level=level,
            valid_from=today - timedelta(days=SETTLED_DAYS),
            valid_through=today + timedelta(days=730),
        )
        agreement.sites.set([site])


def _file_hours(ground: Ground, members: Iterable[Member]) -> None:
    rules = []
    for member in members:
        site = ground.sites[member.sites[0]]
        today = ground.today(site)
        rules += [
            WeeklyRule(
                id=ground.key(),
                site=site,
                practitioner=ground.people[member.username],
                weekday=weekday,
                starts=STARTS,
                ends=ENDS,
                valid_from=today - timedelta(days=PAST_DAYS),
                valid_through=today + timedelta(days=FUTURE_DAYS),
            )
            for weekday in range(5)
        ]
    WeeklyRule.objects.bulk_create(rules)
