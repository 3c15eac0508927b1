"""The papers of a case on the officer's screen, beside the list of what is asked for."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from apps.cases.admin.clock import clock_tag
from apps.cases.models import Attachment, Case
from apps.documents.statuses import PDF, REMARKS, FileStatus


@dataclass(frozen=True, slots=True)
class Paper:
    """One file. ``url`` is empty until the file has been made safe to open."""

    pk: int
    title: str
    url: str
    state: str
    is_picture: bool
    remarks: list[str]
    size: str
    sent: SafeString | str


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the checklist."""

    label: str
    is_required: bool
    papers: list[Paper]


def checklist(case: Case) -> list[Asked]:
    attached = list(case.attachments.select_related("file"))
    return [
        Asked(
            label=str(material.label),
            is_required=material.required,
            papers=[_paper(found, case, str(material.label)) for found in attached if found.material == material.code],
        )
        for material in case.procedure.materials(case)
    ]


def papers(asked: list[Asked]) -> list[Paper]:
    return [paper for line in asked for paper in line.papers]


def portrait(case: Case) -> str:
    """The address of the latest photo that may be shown, to be compared with the other papers."""
    photo = case.attachments.filter(file__kind="photo", file__status=FileStatus.CLEAN).last()
    return _url(photo) if photo else ""


def _paper(found: Attachment, case: Case, title: str) -> Paper:
    return Paper(
        pk=found.pk,
        title=title,
        url=_url(found) if found.file.status == FileStatus.CLEAN else "",
        state=" ".join([found.file.get_status_display(), found.file.reason_label]),
        is_picture=found.file.clean_type != PDF,
        remarks=[str(REMARKS[remark["code"]]) for remark in found.file.remarks if remark["code"] in REMARKS],
        size=f"{found.file.width} × {found.file.height}" if found.file.width else "",
        sent=clock_tag(found.attached_at, case.post),
    )


def _url(found: Attachment) -> str:
    return reverse("admin:cases_case_paper", args=[found.case_id, found.pk])
