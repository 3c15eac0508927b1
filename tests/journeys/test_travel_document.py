"""Li Na lost her passport in Paris. The whole story, through every layer but the network."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from apps.outbox import services as outbox
from apps.payments import services as payments
from apps.payments.providers import base
from apps.payments.providers.sandbox import Sandbox
from apps.seals import services as seals
from deploy.demo.pictures import paper, portrait
from tests.cases.factories import make_officer, make_post
from tests.journeys.people import Desk, Phone
from tests.payments.payers import SECRET, Payer, start_simulator, stop_simulator

pytestmark = pytest.mark.django_db(transaction=True)

QUEUES = ("default", "files", "documents", "payments", "messages")


@pytest.fixture
def simulator(monkeypatch):
    process, url = start_simulator()
    monkeypatch.setitem(base.providers._items, "sandbox", Sandbox(url, SECRET))
    monkeypatch.setattr(outbox, "wake", lambda queue: None)
    yield Payer(url, SECRET)
    stop_simulator(process)


def workers_work():
    """Until nothing is due: reactions cause events of their own."""
    while sum(outbox.drain(queue=queue) for queue in QUEUES):
        pass


def upload(phone, citizen, picture, kind):
    announced = {"citizen": citizen, "kind": kind, "content_type": "image/jpeg", "size": len(picture)}
    made = phone.post("/api/v1/files", **announced).parsed
    phone.put(made["upload"], picture)
    phone.post(f"/api/v1/files/{made['file']['id']}/complete")
    workers_work()
    return made["file"]["id"]


def introduce(phone):
    spelling = phone.post("/api/v1/names/suggestions", name="李娜").parsed
    version = phone.get("/api/v1/consents/personal_data").parsed["version"]
    return phone.post(
        "/api/v1/citizens",
        kind="self",
        name="李娜",
        surname=spelling["surname"],
        given_names=spelling["given_names"],
        born_on="1990-01-01",
        sex="F",
        place_of_birth="BEIJING",
        consent_version=version,
    ).parsed["id"]


def report(phone, citizen):
    version = phone.get("/api/v1/consents/loss_declaration").parsed["version"]
    return phone.post(
        "/api/v1/loss-reports",
        citizen=citizen,
        consent_version=version,
        passport_number="E12345678",
        passport_issued_by="国家移民管理局",
        lost_on=(now() - timedelta(days=2)).date().isoformat(),
        place="Gare du Nord",
        country="FR",
        circumstances="My bag was taken.",
    ).parsed


def test_from_a_lost_passport_to_a_travel_document(simulator):
    seals.create_keys(at=now())
    post = make_post()
    officer = make_officer(post)

    # She signs in, says who she is, and reports the loss: the passport is frozen at once.
    phone = Phone(None, language="zh-Hans")
    phone.sign_in("li.na@sandbox.example")
    citizen = introduce(phone)
    loss = report(phone, citizen)
    assert loss["status"] == "frozen"

    # She applies; the draft is on the server, and the phone says what is still missing.
    draft = phone.post("/api/v1/travel-documents", citizen=citizen, post="PAR")
    case = draft.parsed["case"]["id"]
    path = f"/api/v1/travel-documents/{case}"
    phone.patch(
        path,
        draft.headers["ETag"],
        stay="short_stay",
        reason="lost",
        loss_report=loss["id"],
        declares_nationality=True,
        destination="上海",
        travel_on=(now() + timedelta(days=7)).date().isoformat(),
        arrived_on=(now() - timedelta(days=20)).date().isoformat(),
        address="12 rue de Rivoli",
        home_address="上海市静安区",
        phone="+33612345678",
    )
    missing = phone.post(f"/api/v1/cases/{case}/validate").parsed["problems"]
    assert {problem["pointer"] for problem in missing} == {
        "/materials/photo",
        "/materials/identity_proof",
        "/materials/presence_proof",
    }

    # Photo and papers; a worker has to see them first.
    for material, picture, kind in [
        ("photo", portrait(), "photo"),
        ("identity_proof", paper("ID"), "paper"),
        ("presence_proof", paper("STAMP"), "paper"),
    ]:
        phone.post(f"/api/v1/cases/{case}/attachments", material=material, file=upload(phone, citizen, picture, kind))
    submitted = phone.post(f"/api/v1/cases/{case}/moves", name="submit").parsed
    assert (submitted["status"], submitted["stage_label"]) == ("our_turn", "已提交")

    # The officer asks once for everything; she answers and keeps her place.
    desk = Desk(officer)
    desk.move(case, "claim")
    desk.move(case, "ask", reasons=["photo_unsuitable"], note="请重新拍一张白底的照片。")
    asked = phone.get(f"/api/v1/cases/{case}").parsed
    assert (asked["status"], [move["name"] for move in asked["moves"]]) == ("your_turn", ["answer", "withdraw"])
    phone.post(f"/api/v1/cases/{case}/moves", name="answer", note="已重新上传")
    desk.move(case, "approve")
    workers_work()

    # She pays what she was shown; no notice arrives, so we ask.
    price = phone.get(f"/api/v1/cases/{case}/quote").parsed
    assert price["total_minor"] == 1600
    payment = phone.post(f"/api/v1/cases/{case}/payments", provider="sandbox").parsed["id"]
    workers_work()
    simulator.press(phone.get(f"/api/v1/payments/{payment}").parsed["checkout_url"])
    payments.poll(at=now() + timedelta(minutes=1))
    workers_work()
    assert phone.get(f"/api/v1/payments/{payment}").parsed["status"] == "captured"

    # The document is made without anyone waiting for it, and she is told of every step.
    done = phone.get(f"/api/v1/cases/{case}").parsed
    assert (done["stage"], done["stage_label"]) == ("ready_to_collect", "待取证")
    document = phone.get("/api/v1/documents").parsed["results"][0]
    pdf = phone.read(phone.get(f"/api/v1/documents/{document['id']}/pdf").parsed)
    assert pdf.startswith(b"%PDF-")
    titles = [message["title"] for message in phone.get("/api/v1/messages").parsed["results"]]
    assert len(titles) == 8
    assert any("缴费" in title for title in titles)

    # She collects it at the counter.
    desk.move(case, "hand_over")
    assert phone.get(f"/api/v1/cases/{case}").parsed["status"] == "done"
    moves = [step["move"] for step in phone.get(f"/api/v1/cases/{case}/timeline").parsed]
    assert moves == ["submit", "claim", "ask", "answer", "approve", "pay", "issue", "hand_over"]
