"""Addresses of the verification page, as the QR code of a letter holds them. The page itself is never asked."""

from functools import partial
from typing import Any

from apps.kernel.errors import Invalid
from apps.seals import qr
from apps.seals.formats.base import Question, formats
from apps.seals.verdicts import Code, Verdict


class Address:
    """The seal behind the #. Whose page it is proves nothing, and is not judged: the signature is."""

    def recognises(self, data: bytes) -> bool:
        return qr.looks_like_address(data)

    def verify(self, data: bytes, question: Question) -> Verdict:
        try:
            seal = qr.sealed_in(data)
        except Invalid as error:
            return Verdict(Code.WRONG_FORMAT, "address", detail=error.code)
        verdict = formats["vds"].verify(seal, question)
        return verdict._replace(describe=partial(_described, verdict))


def _described(verdict: Verdict) -> dict[str, Any]:
    return {"read_from": "address", **verdict.content}


formats.add("address", Address())
