"""Forms, the text that is signed, and nodes of answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from deploy.simulators.alipay.keys import Pair
from deploy.simulators.alipay.wrong import invalid
from deploy.simulators.gateway.plug import Answer


@dataclass(frozen=True)
class Node(Answer):
    """An answer of the gateway before it is sealed; ``body`` is the bare node, the bytes that get signed."""

    name: str = "error_response"
    is_signed: bool = False
    is_certified: bool = False


def form(text: str) -> dict[str, str]:
    """Raises ``Wrong``: what is said twice, or not in UTF-8, is not understood."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        raise invalid("invalid-parameter", "not a form in UTF-8") from None
    said = dict(pairs)
    if len(said) != len(pairs):
        raise invalid("invalid-parameter", "said twice")
    return said


def to_sign(params: Mapping[str, str], *without: str) -> bytes:
    """``a=1&b=2``, sorted, not encoded for addresses, without what is empty."""
    return "&".join(f"{key}={params[key]}" for key in sorted(params) if params[key] and key not in without).encode()


def node(name: str, said: Mapping[str, Any], **more: bool) -> Node:
    """JSON as the company writes it: not ASCII, and with each solidus escaped."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    return Node(200, text.encode(errors="replace"), {"Content-Type": "text/html;charset=utf-8"}, name, **more)


def sealed(answer: Node, signer: Pair, faults: frozenset[str]) -> Answer:
    """The node in its envelope, with the signature over its raw bytes."""
    parts = [f'"{answer.name}":{answer.body.decode()}']
    if answer.is_signed and answer.is_certified:
        parts.append(f'"alipay_cert_sn":"{signer.number}"')
    if answer.is_signed and "no_signature" not in faults:
        parts.append(f'"sign":"{signature(signer, answer.body, is_wrong="wrong_signature" in faults)}"')
    return Answer(answer.status, ("{" + ",".join(parts) + "}").encode(), answer.headers)


def signature(signer: Pair, text: bytes, *, is_wrong: bool) -> str:
    """A wrong one is a good one of another text."""
    return signer.sign(text + b" " if is_wrong else text)
