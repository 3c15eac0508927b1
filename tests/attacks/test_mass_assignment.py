"""What the sender does not own cannot be sent (A3): every operation, with the fields of every model."""

import uuid

import pytest
from django.apps import apps

from deploy.drills._rights import OWNED, writable
from tests.cases.factories import make_case
from tests.journeys.people import Phone, contract

pytestmark = pytest.mark.django_db
FIELDS = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
FIELDS |= {field.attname for model in apps.get_models() for field in model._meta.concrete_fields} | set(OWNED)
OPERATIONS = [
    pytest.param(method, path, known, id=f"{method} {path}") for method, path, known in writable(contract()._schema)
]


@pytest.fixture
def mine():
    """A draft, its answers and its citizen, in one hand."""
    case = make_case("draft")
    ids = {"cases": case.pk, "travel-documents": case.pk, "citizens": case.citizen_id}
    return case, ids | {"loss-reports": case.travel_document.loss_report_id}


def at(path, ids):
    noun = path.removeprefix("/api/v1/").split("/{")[0].rpartition("/")[2]
    return path.replace("{id}", str(ids.get(noun, uuid.uuid4()))).replace("{case}", str(ids.get(noun)))


@pytest.mark.parametrize(("method", "path", "known"), OPERATIONS)
def test_no_field_of_any_model_can_be_sent_along(method, path, known, mine):
    case, ids = mine
    phone, address = Phone(case.applicant), at(path, ids)
    version = phone.get(address).headers.get("ETag", "") if method == "PATCH" else ""
    foreign = FIELDS - known

    refused = phone.send(method, address, dict.fromkeys(foreign, "1"), version=version)

    assert refused.status_code == 400
    pointed = {fault["pointer"][1:] for fault in refused.parsed["errors"] if fault["code"] == "unknown_field"}
    assert pointed == foreign
    case.refresh_from_db()
    assert (case.status, case.version, case.post_id) == ("draft", case.version, "PAR")


def test_the_fields_that_matter_are_among_them():
    assert {"status", "owner", "post", "paid", "is_staff", "trusted_at", "applicant", "amount_minor"} <= FIELDS
    assert len(OPERATIONS) >= 20
