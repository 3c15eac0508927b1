"""Knowing one person again, whoever entered them."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from apps.accounts.models import Citizen


def person_key(citizen: Citizen) -> str:
    """The same for one person in every account: by identity number where there is one, else by row. 64 signs at most.

    Keyed by ``PERSON_KEY``, which never changes: with SECRET_KEY, replacing that one would let a person apply twice.
    """
    if not citizen.identity_number:
        return citizen.pk.hex
    mark = salted_hmac("person", citizen.identity_number, secret=settings.PERSON_KEY, algorithm="sha256")
    return mark.hexdigest()
