import cProfile, pstats
from datetime import timedelta
import structlog, logging
from tests.appointments.api.desk import *
from tests.clinic_world import *
import time

def test_prof(clinic):
    logging.disable(logging.CRITICAL)
    n=60
    bodies=[]
    for i in range(n):
        bodies.append(asking(clinic, after(days=1+i//12, hour=8+(i%12), minute=0), treatments=[{"treatment":"diagnosis"}]))
    peels=[]
    def run(name, f):
        f(0)
        c=time.process_time(); w=time.perf_counter()
        for i in range(1,n): f(i)
        c=time.process_time()-c; w=time.perf_counter()-w
        print(f"{name}: cpu {c/(n-1)*1000:.2f} ms wall {w/(n-1)*1000:.2f} ms")
    def book(i):
        r=clinic.desk.post(APPOINTMENTS, bodies[i]); assert r.status_code==201, r.json()
    pr=cProfile.Profile()
    run("book", book)
    run("tasks list (auth + 1 query)", lambda i: clinic.desk.get(API+"/tasks/"))
    run("slots get", lambda i: clinic.desk.get(API+"/slots/?site=columbus&treatment=diagnosis"))
    body={k:v for k,v in asking(clinic).items() if k not in("start","practitioner")}
    run("slots search", lambda i: clinic.desk.post(API+"/slots/search/", body))
    run("verdict", lambda i: clinic.desk.post(API+"/verdicts/", asking(clinic)))
    pr.enable()
    for i in range(40):
        b=dict(bodies[i]); b["start"]=(after(days=20+i//12, hour=8+(i%12))).isoformat()
        r=clinic.desk.post(APPOINTMENTS, b); assert r.status_code==201, r.json()
    pr.disable()
    pstats.Stats(pr).sort_stats("cumulative").print_stats(90)
    pr=cProfile.Profile()
    pr.enable()
    for i in range(40): clinic.desk.get(API+"/slots/?site=columbus&treatment=diagnosis")
    pr.disable()
    pstats.Stats(pr).sort_stats("cumulative").print_stats(60)
