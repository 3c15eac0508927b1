"""What must agree with what: migrations, documentation, schedules, queues."""

import re
from io import StringIO
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command

from apps.cases.procedure import procedures
from apps.cases.statuses import Status
from apps.outbox.events import REACTIONS

ROOT = Path(settings.BASE_DIR)
OURS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_the_generated_reference_is_fresh():
    call_command("write_reference", check=True)


def test_every_scheduled_task_exists():
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled
    assert scheduled <= set(current_app.tasks)


def test_every_reaction_has_a_queue_that_workers_listen_to():
    assert {reaction.queue for reaction in REACTIONS.values()} <= set(settings.QUEUES)


def test_every_model_and_status_and_move_is_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([\w ]+)`", glossary))
    terms = {model.__name__ for model in OURS if not model._meta.proxy}
    terms |= {status.value for status in Status}
    terms |= {name for procedure in procedures.values() for name in procedure.workflow.names}
    assert terms - known == set()


def test_every_decision_fits_on_a_page():
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert records
    assert [record.name for record in records if len(record.read_text().split()) > 500] == []


def test_every_link_in_the_documentation_leads_somewhere():
    dead = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        dead += [f"{page.relative_to(ROOT)} → {target}" for target in targets if not (page.parent / target).exists()]
    assert dead == []


def test_every_path_named_in_the_documentation_exists():
    dead = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        named = re.findall(r"`((?:apps|consular|deploy|docs|tests)/[\w./-]+)`", page.read_text(encoding="utf-8"))
        dead += [f"{page.relative_to(ROOT)} → {path}" for path in named if not (ROOT / path).exists()]
    assert dead == []


def test_no_file_of_ours_is_tied_to_a_machine():
    told = re.compile(r"/(?:root|home)/\w|pypi\.org|registry\.npmjs|deb\.debian")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("apps", "consular", "deploy", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".md", ".sh", ".toml", ".yaml", ".yml"} and told.search(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.django_db
def test_every_staff_list_opens(admin_client):
    for model, screen in admin.site._registry.items():
        if screen.has_module_permission:
            address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            assert admin_client.get(address).status_code == 200, address


def test_every_message_has_a_text_and_every_text_a_sender():
    texts = {path.stem for path in (ROOT / "apps/notifications/texts/en").glob("[a-z]*.txt")}
    sent = {template for procedure in procedures.values() for template in procedure.messages.values()}
    telling = [*(ROOT / "apps").rglob("reactions.py"), *(ROOT / "apps").rglob("services/*.py")]
    said = "".join(path.read_text() for path in telling)
    sent |= set(re.findall(r'template="(\w+)"', said)) | set(re.findall(r'template="\w+" if [^"]+ else "(\w+)"', said))
    assert sent == texts
