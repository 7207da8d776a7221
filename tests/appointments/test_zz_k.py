from tests.appointments.test_slot_properties import *
from tests.appointments.test_slot_properties import supervised
pytestmark = pytest.mark.django_db
class D:
    def __init__(s, v): s.v=list(v)
    def __call__(s, strat): return s.v.pop(0)
def test_x(supervised):
    clinic, boss = supervised, supervised.desk.practitioner
    z=time(0)
    for minutes in (10,20,30,45):
      with undone():
        draw=D([('America/New_York', date(2027,3,14)), [(z,time(0,15))], [(z,time(11))],(z,time(1)),(z,time(1)),(z,time(10,45)),[(173,0)]])
        day=a_day(clinic, draw, grid=15)
        clinic.works(boss, day, draw(windows))
        rebuild_presence(practitioners=[boss.id], now=day.midnight(-2), horizon_days=6)
        from clinic.models import Shift
        print([(s.practitioner_id, s.during) for s in Shift.objects.all()], [p.id for p in clinic.people], boss.id)
        for offset, place in draw(None):
            patient = world.a_patient(clinic.site)
            print(booked(clinic, day, day.minutes.start + offset, clinic.people[place], lancet(patient, 30), patient))
        found = offered(clinic, day, lancet(clinic.patient, minutes))
        print(minutes, [(moment_of(a),b) for a,b in found], [(moment_of(a),b) for a,b in expected(clinic,day,minutes)])
