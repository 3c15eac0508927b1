import time, pytest
from django.db import connection
from django.test import Client
from tests.cases.factories import *
from tests.cases.test_admin import plain_static_files, screen, numbers, QUEUE
pytestmark=pytest.mark.django_db
@pytest.mark.timeout(500)
def test_scale():
    post=make_post(); officer=make_officer(post)
    for c in ("LON","TYO","AAA","BBB"): make_post(c)
    case=make_case(post=post)
    for _ in range(60): make_case(post=post)
    with connection.cursor() as cur:
        cur.execute("SET statement_timeout=0")
        cur.execute("""INSERT INTO accounts_citizen (id,created_at,updated_at,version,name,surname,given_names,born_on,sex,place_of_birth,nationality)
          SELECT gen_random_uuid(), now(), now(), 0, '王'||g, 'WANG', 'X'||g, '1990-01-01','F','B','CHN' FROM generate_series(1,20000) g""")
        cur.execute("select column_name from information_schema.columns where table_name='cases_case'")
        print([r[0] for r in cur.fetchall()])
        cur.execute("""INSERT INTO cases_case (id,created_at,updated_at,version,number,kind,service,status,citizen_id,person,applicant_id,post_id,urgency,charge_policy,submitted_at,due_on,expected_on)
          SELECT gen_random_uuid(), now(), now(), 0, 'N'||g, 'travel_document','TRAVEL_DOC_EMERGENCY','collected', c.id, 'p'||g, %s, (ARRAY['PAR','LON','TYO','AAA','BBB'])[1+g%%5],'normal','on_approval', now()-g*interval '1 minute', current_date, current_date
          FROM generate_series(1,300000) g JOIN LATERAL (SELECT id FROM accounts_citizen OFFSET 0 LIMIT 1) c ON true""",[case.applicant_id])
        cur.execute("ANALYZE cases_case"); cur.execute("ANALYZE accounts_citizen")
    boss=User.objects.create_superuser("boss2","x")
    for who in (officer,boss):
        client=screen(who)
        for q in ("","?tab=mine","?tab=citizen","?tab=all","?q=李","?q="+case.number,"?tab=all&p=10"):
            client.get(QUEUE+q)
            t=__import__("time").perf_counter(); r=client.get(QUEUE+q); dt=__import__("time").perf_counter()-t
            from django.test.utils import CaptureQueriesContext
            with CaptureQueriesContext(connection) as c: client.get(QUEUE+q)
            slow=sorted(((float(x['time']),x['sql'][:0]+x['sql'][:90]) for x in c.captured_queries),reverse=True)[:2]
            print(who, q, len(numbers(r)), round(dt*1000),'ms', slow)
