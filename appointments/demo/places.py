"""The three sites with their rooms and devices, and what the product ships: policy, body sites, treatments."""

from datetime import time, timedelta

from appointments.demo.ground import FUTURE_DAYS, PAST_DAYS, Ground
from clinic.models import Device, Room, Site, WeeklyRule
from clinic.services.presence import rebuild_openings
from clinic.services.reference import load_policy
from patients.services import reference as charts
from treatments.services import reference as treatments

SITES = (
    ("columbus", "Pearl Columbus", "America/New_York", "US-OH", "+1 614 555 0142", "210 Linden Street, Columbus, OH 43215"),
    (
        "jersey-city",
        "Pearl Jersey City",
        "America/New_York",
        "US-NJ",
        "+1 201 555 0117",
        "48 Harbor Lane, Jersey City, NJ 07302",
    ),
    (
        "san-diego",
        "Pearl San Diego",
        "America/Los_Angeles",
        "US-CA",
        "+1 619 555 0163",
        "905 Juniper Road, San Diego, CA 92101",
    ),
)
CONSULTING = ("magnifier",)
TREATING = ("magnifier", "sharps_container", "treatment_chair", "wash_basin")
LASER = (*TREATING, "laser_safety")
ROOMS = {
    "columbus": (*[CONSULTING] * 2, *[TREATING] * 6, *[LASER] * 2),
    "jersey-city": (CONSULTING, TREATING, LASER),
    "san-diego": (CONSULTING, TREATING, TREATING, LASER),
}
ROOM_NAMES = {CONSULTING: "Consulting room", TREATING: "Treatment room", LASER: "Laser room"}
DEVICES = {"laser": "Laser", "microdermabrasion_unit": "Microdermabrasion unit", "rf_unit": "Radiofrequency unit"}
UNITS = {("columbus", "microdermabrasion_unit"): 2}
OPENS, CLOSES = time(8), time(18)


def build_places(ground: Ground) -> None:
    """Found the sites, equip and open them, and load what the product ships."""
    load_policy(now=ground.began_at)
    charts.load_catalogues()
    for code, name, zone, jurisdiction, phone, address in SITES:
        ground.sites[code] = Site.objects.create(
            id=ground.key(), code=code, name=name, time_zone=zone, jurisdiction=jurisdiction, phone=phone, address=address
        )
    treatments.load_catalogues()
    rooms, devices = _rooms(ground), _devices(ground)
    Room.objects.bulk_create(rooms)
    Device.objects.bulk_create(devices)
    WeeklyRule.objects.bulk_create(
        [
            WeeklyRule(
                id=ground.key(),
                site=thing.site,
                room=thing if isinstance(thing, Room) else None,
                device=thing if isinstance(thing, Device) else None,
                weekday=weekday,
                starts=OPENS,
                ends=CLOSES,
                valid_from=ground.today(thing.site) - timedelta(days=PAST_DAYS),
            )
            for thing in (*rooms, *devices)
            for weekday in range(5)
        ]
    )
    rebuild_openings(
        resources=[thing.id for thing in (*rooms, *devices)],
        now=ground.ago(days=PAST_DAYS + 1),
        horizon_days=PAST_DAYS + FUTURE_DAYS + 3,
    )


def _rooms(ground: Ground) -> list[Room]:
    made = []
    for code, equipped in ROOMS.items():
        for kind in dict.fromkeys(equipped):
            for number in range(1, equipped.count(kind) + 1):
                name = f"{ROOM_NAMES[kind]} {number}"
                made.append(Room(id=ground.key(), site=ground.sites[code], name=name, equipment=list(kind)))
    return made


def _devices(ground: Ground) -> list[Device]:
    return [
        Device(id=ground.key(), site=site, name=f"{name} {number}", kind=kind)
        for code, site in ground.sites.items()
        for kind, name in DEVICES.items()
        for number in range(1, UNITS.get((code, kind), 1) + 1)
    ]
