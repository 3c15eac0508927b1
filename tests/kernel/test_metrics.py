"""What Prometheus reads: right numbers, nobody's data, little work for the database."""

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings as product
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from apps.cases.statuses import Status
from apps.kernel import metrics
from apps.kernel.api import metrics as page
from apps.outbox.models import Delivery
from tests.cases.factories import make_case

ROOT = Path(product.BASE_DIR)
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
OURS = re.compile(r"consular_[a-z_]+[a-z]")


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(page, "PRODUCT", metrics.Product(timezone.now))


def scrape(**headers):
    return Client().get("/metrics", headers={"authorization": f"Bearer {product.METRICS_TOKEN}", **headers})


def samples(answer):
    """Every sample that a strict reader of the format finds: name → [(labels, value)]."""
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def families(answer):
    """Their names, also of those without a sample now."""
    return {family.name for family in text_string_to_metric_families(answer.content.decode())}


def owe(queue="default", **facts):
    due = facts.pop("due_at", timezone.now() - timedelta(seconds=90))
    Delivery.objects.create(event="E", reaction="r", body={}, queue=queue, due_at=due, **facts)


@pytest.mark.parametrize(("token", "sent", "status"), [("", "Bearer ", 404), ("t", "Bearer x", 401), ("t", "", 401)])
def test_only_the_operator_reads_it(settings, token, sent, status):
    settings.METRICS_TOKEN = token

    answer = Client().get("/metrics", headers={"authorization": sent})

    assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.django_db
def test_the_queues_say_how_late_they_are():
    owe()
    owe(due_at=timezone.now() + timedelta(hours=1))
    owe("files", due_at=None)
    owe("files", done_at=timezone.now())

    found = samples(scrape())

    by_queue = {labels["queue"]: value for labels, value in found["consular_outbox_oldest_due_seconds"]}
    assert by_queue.keys() == set(product.QUEUES)
    assert (60 <= by_queue["default"] < 150, by_queue["files"]) == (True, 0)
    assert ({"queue": "default"}, 1.0) in found["consular_outbox_due"]
    assert ({"queue": "files"}, 1.0) in found["consular_outbox_parked"]


@pytest.mark.django_db
def test_a_request_is_counted_under_its_route_and_never_under_its_id():
    secret = uuid.uuid4()
    Client().get(f"/api/v1/cases/{secret}")
    Client().get(f"/nowhere/{secret}")
    Client().generic("BREW", "/api/v1/schema")

    answer = scrape()

    assert str(secret) not in answer.content.decode()
    requests = [labels for labels, _ in samples(answer)["consular_http_requests_total"]]
    assert {"method": "GET", "route": "api/v1/cases/<uuid:pk>", "status": "401"} in requests
    assert {"method": "GET", "route": "none", "status": "404"} in requests
    assert {"GET", "other"} <= {labels["method"] for labels in requests} <= page.METHODS | {"other"}


@pytest.mark.django_db
def test_labels_are_codes_only():
    labels = {name for found in samples(scrape()).values() for names, _ in found for name in names}

    assert labels <= {"method", "route", "status", "le", "queue", "process", "app", "post", "currency"} | {
        "generation", "implementation", "major", "minor", "patchlevel", "version"
    }  # fmt: skip


@pytest.mark.django_db
def test_a_look_costs_few_questions_and_the_next_one_none():
    with CaptureQueriesContext(connection) as first:
        scrape()
    with CaptureQueriesContext(connection) as second:
        scrape()

    assert len(first) <= 5 * len(list(metrics.gauges))  # savepoint, patience, one or two questions, release
    assert len(second) == 0


@pytest.mark.django_db
def test_a_part_that_cannot_answer_hides_no_other(monkeypatch):
    def broken(_at):
        raise DatabaseError

    monkeypatch.setitem(metrics.gauges._items, "outbox", broken)

    up = {labels["app"]: value for labels, value in samples(scrape())["consular_gauges_up"]}

    assert up.pop("outbox") == 0
    assert set(up.values()) == {1}


@pytest.mark.django_db
def test_a_broken_promise_is_counted_for_its_post_and_a_stopped_clock_is_not():
    late, waits = make_case(Status.SUBMITTED), make_case(Status.INFO_REQUESTED)
    yesterday = timezone.now().date() - timedelta(days=1)
    type(late).objects.filter(pk__in=[late.pk, waits.pk]).update(expected_on=yesterday)

    found = samples(scrape())

    assert ({"post": late.post_id}, 1.0) in found["consular_cases_overdue"]
    assert {labels["status"] for labels, _ in found["consular_dispatches_to_look_at"]} == {"failed", "unknown"}


@pytest.mark.django_db
def test_what_is_late_is_found_by_the_index_alone():
    done, later = {"done_at": timezone.now(), "due_at": None}, {"due_at": timezone.now() + timedelta(hours=1)}
    Delivery.objects.bulk_create(
        Delivery(event="E", reaction="r", body={}, queue="default", **facts)
        for facts in (done, later)
        for _ in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_delivery")
        cursor.execute(
            "EXPLAIN SELECT min(due_at) FROM outbox_delivery"
            " WHERE done_at IS NULL AND queue = 'default' AND due_at <= now()"
        )
        plan = " ".join(row[0] for row in cursor.fetchall())

    assert "open_deliveries" in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db
def test_every_alarm_is_about_a_number_that_exists_and_says_what_to_do():
    Client().get("/nowhere")
    known = families(scrape())

    for rule in RULES:
        named = {re.sub(r"_(bucket|total)$", "", name) for name in OURS.findall(rule["expr"])}
        assert named, rule["alert"]
        assert named <= known, rule["alert"]
        assert (ROOT / rule["annotations"]["runbook"]).exists(), rule["alert"]


@pytest.mark.django_db
def test_every_number_is_explained_to_the_operator():
    told = (ROOT / "docs/operations.md").read_text()

    assert {name for name in families(scrape()) if OURS.match(name) and name not in told} == set()
