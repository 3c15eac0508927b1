from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.cases.models import Case, Step
from apps.cases.plan import Progress, Stage, Waiting
from apps.cases.procedure import Material
from apps.cases.services import plan_of
from apps.cases.services.facts import is_private, reason_labels, told_note
from apps.cases.statuses import Face, Status
from apps.documents.statuses import FileKind, FileStatus
from apps.kernel.api.serializers import In, Out
from apps.kernel.errors import Fault
from apps.kernel.workflow import Move
from apps.payments.statuses import Channel
from apps.posts.models import Delivery, Urgency


class MoveIn(In):
    name = serializers.CharField(max_length=32)
    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class AfterIn(In):
    after = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class PaymentIn(In):
    """``provider`` and ``channel`` as ``/cases/{id}/payments/ways`` offers them; the first channel by default."""

    provider = serializers.CharField(max_length=32)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    openid = serializers.CharField(
        max_length=128, required=False, help_text="Who pays, as WeChat knows them: for the channel `jsapi`."
    )


class AttachmentIn(In):
    material = serializers.CharField(max_length=32)
    file = serializers.UUIDField()


class MoveOut(Out):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    ready = serializers.BooleanField(help_text="False while something listed in `missing` is lacking.")
    missing = serializers.ListField(child=serializers.CharField())


class CaseOut(Out):
    """One line of the list: whose turn it is (`status`), and where exactly it stands (`stage`)."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField(help_text="Code of the procedure; more will come.")
    kind_label = serializers.CharField(source="procedure.label")
    service = serializers.CharField(help_text="Code of the consular service; empty until the answers decide it.")
    citizen = serializers.UUIDField(source="citizen_id")
    post = serializers.CharField(source="post_id")
    status = serializers.ChoiceField(choices=Face.choices, source="state.face")
    status_label = serializers.CharField(source="state.face.label")
    stage = serializers.ChoiceField(choices=Status.choices, source="status")
    stage_label = serializers.CharField(source="state.label")
    advice = serializers.CharField(source="state.advice")
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    submitted_at = serializers.DateTimeField(allow_null=True)
    expected_on = serializers.DateField(
        allow_null=True, help_text="By when the post means to be done; see `plan.stopped` for whether the clock runs."
    )
    answer_by = serializers.DateField(
        allow_null=True, help_text="While it is your turn: the last day, after which the application lapses."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AttachmentOut(Out):
    id = serializers.IntegerField()
    file = serializers.UUIDField(source="file_id")
    status = serializers.ChoiceField(choices=FileStatus.choices, source="file.status")
    attached_at = serializers.DateTimeField()


class MaterialOut(Out):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()
    kind = serializers.ChoiceField(choices=FileKind.choices)
    required = serializers.BooleanField()  # type: ignore[assignment]
    types = serializers.ListField(child=serializers.CharField())
    max_bytes = serializers.IntegerField()
    attachments = AttachmentOut(many=True)


class PlannedOut(Out):
    stage = serializers.ChoiceField(choices=Stage.choices)
    label = serializers.CharField(source="stage.label")  # type: ignore[assignment]
    progress = serializers.ChoiceField(choices=[each.value for each in Progress])
    on = serializers.DateField(allow_null=True, help_text="When it was done, or by when it should be.")


class PauseOut(Out):
    """The clock stood still."""

    waiting_for = serializers.ChoiceField(choices=[each.value for each in Waiting])
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="Empty while it still stands.")


class PlanOut(Out):
    """The way of the case, re-planned with everything that happens."""

    stages = PlannedOut(many=True)
    pauses = PauseOut(many=True)
    stopped = PauseOut(allow_null=True, help_text="Why the clock stands still now, if it does.")


ATTACHMENT, PLAN = AttachmentOut(), PlanOut()
"""Made once: each serializer copies all its fields, a twentieth of what a move costs."""


class CaseDetailOut(CaseOut):
    """A whole case: where it is on its way, the moves the caller can make now, every paper that is asked for."""

    delivery = serializers.ChoiceField(choices=Delivery.choices)
    ship_to = serializers.CharField()
    tracking = serializers.CharField(help_text="Number of the parcel; empty until it is shipped.")
    plan = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()
    materials = serializers.SerializerMethodField()

    @extend_schema_field(MoveOut(many=True))
    def get_moves(self, case: Case) -> list[dict[str, Any]]:
        rows = case.procedure.workflow.open_to(self.context["actor"], status=case.status, subject=case)
        return [offered(case, row) for row in rows]

    @extend_schema_field(PlanOut)
    def get_plan(self, case: Case) -> Any:
        return PLAN.to_representation(plan_of(case=case))

    @extend_schema_field(MaterialOut(many=True))
    def get_materials(self, case: Case) -> list[dict[str, Any]]:
        by_material: dict[str, list[Any]] = {}
        for paper in case.papers:
            by_material.setdefault(paper.material, []).append(ATTACHMENT.to_representation(paper))
        return [asked(each, by_material.get(each.code, [])) for each in case.procedure.materials(case)]


class ReasonOut(Out):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class StepOut(Out):
    at = serializers.DateTimeField()
    move = serializers.CharField()
    by = serializers.ChoiceField(choices=["applicant", "officer", "system"])
    stage = serializers.ChoiceField(choices=Status.choices, source="target")
    stage_label = serializers.CharField(source="get_target_display")
    reasons = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    def get_note(self, step: Step) -> str:
        return told_note(step.case, step)

    @extend_schema_field(ReasonOut(many=True))
    def get_reasons(self, step: Step) -> list[dict[str, str]]:
        if is_private(step.case, step):
            return []
        labels = reason_labels(step.case, step)
        return [{"code": code, "label": label} for code, label in zip(step.reasons, labels, strict=False)]


class FaultOut(Out):
    pointer = serializers.CharField(help_text="JSON pointer into the application; empty for the whole of it.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ValidationOut(Out):
    ready = serializers.BooleanField()
    problems = FaultOut(many=True)


class ChangeOut(Out):
    """Something is new: read `subject` again.

    `case:<id>` is `/cases/<id>`, `loss_report:<id>` `/loss-reports/<id>`, `document:<id>` `/documents/<id>`,
    `citizen:<id>` `/citizens/<id>`.
    """

    kind = serializers.CharField(
        help_text="`case_moved`, `paper_checked`; `passport_frozen`, `issuer_notified`, `passport_void`, "
        "`passport_found`, `passport_certified`; `document_issued`, `document_void`; `right_accepted`, "
        "`right_revoked`; more will come."
    )
    subject = serializers.CharField()
    at = serializers.DateTimeField()


class ChangesOut(Out):
    events = ChangeOut(many=True)
    next = serializers.CharField(help_text="Send it as `after` next time.")


def offered(case: Case, row: Move) -> dict[str, Any]:
    missing = [lack for need in row.needs if (lack := need(case))]
    return {"name": row.name, "label": str(row.label), "ready": not missing, "missing": missing}


def asked(material: Material, attached: list[Any]) -> dict[str, Any]:
    return {
        "code": material.code,
        "label": str(material.label),
        "why": str(material.why),
        "kind": material.kind,
        "required": material.required,
        "types": list(material.types),
        "max_bytes": material.max_bytes,
        "attachments": attached,
    }


def validation(faults: list[Fault]) -> dict[str, Any]:
    problems = [{"pointer": f.pointer, "code": f.code, "detail": str(f.detail)} for f in faults]
    return {"ready": not problems, "problems": problems}
