"""An application outlives the right of whoever began it (R2, R3, R6)."""

import pytest
from django.utils import timezone

from apps.accounts.models import Consent, Relation, User
from apps.accounts.services import addressee, mandates
from apps.cases import services
from apps.cases.models import Case
from apps.kernel.errors import Unmet
from apps.kernel.workflow import Actor, By
from apps.notifications.models import Message
from apps.outbox.services import drain
from tests.accounts.factories import birthday, make_mandate
from tests.cases.factories import AT, SAID, make_applicant, make_draft, make_file, make_officer
from tests.journeys.people import Phone

pytestmark = pytest.mark.django_db


def acting(user):
    return Actor(By.APPLICANT, user)


def move(case, name, actor):
    return services.move(case=case, name=name, actor=actor, at=AT, **SAID.get(name, {}))


@pytest.fixture
def owner():
    return make_applicant()


@pytest.fixture
def helper():
    return make_applicant()


def begun_by(helper, owner):
    """A complete draft of the owner's, begun by the helper."""
    case = make_draft(user=owner)
    mandate = make_mandate(case.citizen, helper, "apply")
    Case.objects.filter(pk=case.pk).update(applicant=helper)
    return Case.objects.get(pk=case.pk), mandate


def over(mandate):
    mandates.revoke(user=mandate.granted_by, pk=mandate.pk, at=timezone.now())


def test_what_a_helper_began_the_owner_submits_after_the_right_was_taken_back(owner, helper):
    case, mandate = begun_by(helper, owner)
    over(mandate)

    checked = Phone(owner).post(f"/api/v1/cases/{case.pk}/validate")
    moved = move(case, "submit", acting(owner))

    assert checked.parsed["problems"] == []
    assert (moved.status, moved.applicant) == ("submitted", owner)


def test_what_a_helper_submitted_the_owner_answers_and_the_officer_approves(owner, helper):
    case, mandate = begun_by(helper, owner)
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(helper))
    move(case, "claim", clerk)
    move(case, "ask", clerk)
    over(mandate)
    move(case, "answer", acting(owner))

    assert move(case, "approve", clerk).status == "payment_due"
    assert Case.objects.get(pk=case.pk).applicant == owner


def test_an_officer_approves_though_the_right_of_who_applied_is_over(owner, helper):
    case, mandate = begun_by(helper, owner)
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(helper))
    over(mandate)
    move(case, "claim", clerk)

    assert move(case, "approve", clerk).applicant == helper, "nobody has acted since"


def test_while_the_helper_has_the_right_the_owners_act_takes_nothing_over(owner, helper):
    case, _mandate = begun_by(helper, owner)

    assert move(case, "submit", acting(owner)).applicant == helper


def test_the_case_of_a_child_that_comes_of_age_goes_on():
    guardian, grown = make_applicant(), make_applicant()
    case = make_draft(user=guardian)
    citizen = case.citizen
    Relation.objects.filter(citizen=citizen).update(kind="child")
    citizen.born_on = birthday(17)
    citizen.save(update_fields=["born_on"])
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(guardian))
    move(case, "claim", clerk)
    move(case, "ask", clerk)

    citizen.born_on = birthday(18)
    citizen.save(update_fields=["born_on"])
    Relation.objects.create(user=grown, citizen=citizen, kind="self")
    move(case, "answer", acting(grown))

    assert move(case, "approve", clerk).applicant == grown


def test_the_case_of_a_grown_child_without_an_account_is_still_approved():
    case = make_draft()
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(case.applicant))
    move(case, "claim", clerk)
    Relation.objects.filter(citizen=case.citizen).delete()

    assert move(case, "approve", clerk).status == "payment_due"


def test_under_sixteen_the_guardian_who_acts_counts_not_the_helper_who_began():
    guardian, helper = make_applicant(), make_applicant()
    case, _mandate = begun_by(helper, guardian)
    Relation.objects.filter(citizen=case.citizen).update(kind="child")
    case.citizen.born_on = birthday(15)
    case.citizen.save(update_fields=["born_on"])
    given = {"text_version": "1", "text_sha256": "0" * 64, "language": "en", "device": "test", "at": AT}
    Consent.objects.create(user=guardian, citizen=case.citizen, purpose="guardian_application", **given)
    for material in ("guardian_identity", "guardianship_proof", "guardian_consent"):
        case.attachments.create(material=material, file=make_file(guardian), attached_at=AT)

    with pytest.raises(Unmet) as refused:
        move(case, "submit", acting(helper))
    assert [fault.code for fault in refused.value.faults] == ["guardian_required"]
    assert Phone(guardian).post(f"/api/v1/cases/{case.pk}/validate").parsed["problems"] == []
    assert move(case, "submit", acting(guardian)).applicant == guardian


def read_by(user):
    return set(Message.objects.filter(user=user).values_list("template", flat=True))


def test_after_the_right_is_over_the_owner_reads_what_is_told_and_the_helper_nothing(owner, helper):
    case, mandate = begun_by(helper, owner)
    User.objects.filter(pk=owner.pk).update(language="en")
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(helper))
    drain(queue="default")
    over(mandate)
    move(case, "claim", clerk)
    shown = services.preview(case=case, name="ask", reasons=["photo_unsuitable"], note="x", at=AT)
    move(case, "ask", clerk)
    drain(queue="default")

    assert read_by(helper) == {"application_submitted", "mandate_revoked"}
    assert read_by(owner) == {"mandate_revoked", "review_started", "materials_requested"}
    told = Message.objects.get(template="materials_requested")
    assert (told.language, told.title) == ("en", shown.title) == (shown.language, told.title)


def test_the_person_is_told_before_a_relative_and_a_closed_account_never(owner, helper):
    case, mandate = begun_by(helper, owner)
    over(mandate)
    Relation.objects.filter(citizen=case.citizen).update(kind="parent")
    grown = make_applicant()
    Relation.objects.create(user=grown, citizen=case.citizen, kind="self")
    assert addressee(citizen=case.citizen, first=helper) == grown

    User.objects.filter(pk=grown.pk).update(is_active=False)
    assert addressee(citizen=case.citizen, first=helper) == owner
    Relation.objects.filter(user=owner).delete()
    assert addressee(citizen=case.citizen, first=helper) is None


def test_where_nobody_is_left_a_move_is_made_and_told_to_nobody():
    case = make_draft()
    clerk = Actor(By.OFFICER, make_officer(case.post))
    move(case, "submit", acting(case.applicant))
    Relation.objects.filter(citizen=case.citizen).delete()
    move(case, "claim", clerk)
    drain(queue="default")

    assert not Message.objects.exists()
    assert services.preview(case=case, name="ask", reasons=["photo_unsuitable"], note="x", at=AT) is None
