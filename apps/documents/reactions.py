from apps.documents import services
from apps.documents.events import DocumentIssued, FileCleaned, FileDiscarded, FileReceived
from apps.outbox.events import Job, effect


@effect(FileReceived, queue="files")
def clean_the_upload(event: FileReceived, job: Job) -> None:
    services.clean_file(file=event.file, job=job)


@effect(FileCleaned, queue="files")
def discard_the_original(event: FileCleaned, job: Job) -> None:
    services.discard_original(file=event.file)


@effect(FileDiscarded, queue="files")
def discard_the_objects(event: FileDiscarded, job: Job) -> None:
    services.discard_objects(file=event.file)


@effect(DocumentIssued, queue="files")
def discard_the_drafts(event: DocumentIssued, job: Job) -> None:
    services.discard_drafts(issue=event.issue)
