from apps.passkeys.services.assertions import Refused, verify
from apps.passkeys.services.ceremonies import begin, creation_options, forget, request_options, take
from apps.passkeys.services.confirmations import confirm, confirm_by_password, spend
from apps.passkeys.services.enrolment import Candidate, add, enrol, invite, invited
from apps.passkeys.services.removal import remove
from apps.passkeys.services.traces import note, note_failure

__all__ = [
    "Candidate",
    "Refused",
    "add",
    "begin",
    "confirm",
    "confirm_by_password",
    "creation_options",
    "enrol",
    "forget",
    "invite",
    "invited",
    "note",
    "note_failure",
    "remove",
    "request_options",
    "spend",
    "take",
    "verify",
]
