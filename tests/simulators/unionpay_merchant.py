"""A merchant of UnionPay written from the public protocol; whom to believe is the ``openssl`` command's word.

It shares no line with the simulator: what both agree on, two readings of the protocol agree on.
"""

import base64
import hashlib
import itertools
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.simulators.sides import Steered

NUMBERS = itertools.count(1)
HOLDER = "中国银联股份有限公司"


def openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True).stdout


def text(fields: dict[str, str]) -> bytes:
    """Hex of the SHA-256 over what is said, sorted."""
    said = sorted(f"{name}={value}" for name, value in fields.items() if name != "signature" and value != "")
    return hashlib.sha256("&".join(said).encode()).hexdigest().encode()


def cut(answer: bytes) -> dict[str, str]:
    """An answer into its fields: values may hold ``=``, names may not."""
    return dict(part.split("=", 1) for part in answer.decode().split("&"))


class Believed(Exception):
    """What must not be believed, and why."""


class Company:
    """The company as a merchant sees it: an address to call, and two certificates to pin."""

    def __init__(self, steered: Steered) -> None:
        self.steered = steered
        self.paper = steered.look("/merchant")
        self.folder = Path(tempfile.mkdtemp())
        for name in ("root", "intermediate"):
            (self.folder / f"{name}.pem").write_text(self.paper[name] + "\n")
        self.key = load_pem_private_key(self.paper["key"].encode(), None)
        self.web = httpx.Client(base_url=steered.url, trust_env=False, timeout=20)
        self.keys = {}

    def now(self) -> str:
        """``yyyyMMddHHmmss`` in Beijing."""
        return f"{self.time():%Y%m%d%H%M%S}"

    def time(self) -> datetime:
        return datetime.fromisoformat(self.steered.look("/clock")["beijing"])

    def sign(self, fields: dict[str, str]) -> dict[str, str]:
        signature = self.key.sign(text(fields), PKCS1v15(), SHA256())
        return {**fields, "signature": base64.b64encode(signature).decode()}

    def send(self, path: str, fields: dict[str, str]) -> httpx.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        return self.web.post(path, content=urlencode(fields), headers=headers)

    def ask(self, path: str, fields: dict[str, str]) -> dict[str, str]:
        """A signed request, and its answer once that is believed."""
        return self.believe(cut(self.send(path, self.sign(fields)).content))

    def believe(self, fields: dict[str, str]) -> dict[str, str]:
        """Raises ``Believed`` unless the pinned chain vouches for who signed exactly this."""
        if not fields.get("signature") or not fields.get("signPubKeyCert"):
            raise Believed("unsigned")
        try:
            key = self._key(fields["signPubKeyCert"])
            key.verify(base64.b64decode(fields["signature"]), text(fields), PKCS1v15(), SHA256())
        except subprocess.CalledProcessError as error:
            raise Believed(error.stdout.decode() + error.stderr.decode()) from None
        except (InvalidSignature, ValueError):
            raise Believed("another signature") from None
        return fields

    def _key(self, certificate: str):
        """The public key of a leaf that the chain vouches for; each is looked at once."""
        if certificate not in self.keys:
            leaf = self.folder / "leaf.pem"
            leaf.write_text(certificate + "\n")
            pins = ["-CAfile", str(self.folder / "root.pem"), "-untrusted", str(self.folder / "intermediate.pem")]
            openssl("verify", "-no-CAstore", "-no-CApath", *pins, str(leaf))
            subject = openssl("x509", "-in", str(leaf), "-noout", "-subject", "-nameopt", "utf8,sname,sep_multiline")
            if f"@{HOLDER}@" not in subject.decode():
                raise Believed(subject.decode())
            pem = openssl("x509", "-in", str(leaf), "-noout", "-pubkey")
            self.keys[certificate] = load_pem_public_key(pem)
        return self.keys[certificate]


class Shop:
    """The requests of one merchant, each with what is usual; anything can be said otherwise."""

    def __init__(self, company: Company, back_url: str) -> None:
        self.company, self.back_url = company, back_url

    def fields(self, type_: str, subtype: str, **said: str) -> dict[str, str]:
        usual = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "certId": self.company.paper["certId"],
            "txnType": type_,
            "txnSubType": subtype,
            "bizType": "000201",
            "accessType": "0",
            "merId": self.company.paper["merId"],
            "txnTime": self.company.now(),
        }
        return {name: value for name, value in {**usual, **said}.items() if value != "-"}

    def purchase(self, amount: int = 24500, **said: str) -> dict[str, str]:
        usual = {
            "orderId": f"CN{time.time_ns() % 10**9:09}{next(NUMBERS):05}",
            "channelType": "08",
            "txnAmt": str(amount),
            "currencyCode": "156",
            "backUrl": self.back_url,
        }
        return self.fields("01", "01", **{**usual, **said})

    def open(self, amount: int = 24500, **said: str) -> tuple[dict[str, str], dict[str, str]]:
        """What was asked for, and the answer."""
        asked = self.purchase(amount, **said)
        return asked, self.company.ask("/gateway/api/appTransReq.do", asked)

    def paid(self, amount: int = 24500) -> dict[str, str]:
        """A purchase that was paid, as the gateway tells it when asked."""
        asked, _ = self.open(amount)
        self.company.steered.pay(asked["orderId"])
        return self.query(asked)

    def query(self, deal: dict[str, str], **said: str) -> dict[str, str]:
        asked = self.fields("00", "00", orderId=deal["orderId"], **{"txnTime": deal["txnTime"], **said})
        return self.company.ask("/gateway/api/queryTrans.do", asked)

    def give_back(self, deal: dict[str, str], amount: int, type_: str = "04", **said: str) -> dict[str, str]:
        """A refund (04) or a void (31)."""
        usual = {
            "orderId": f"RE{time.time_ns() % 10**9:09}{next(NUMBERS):05}",
            "channelType": "07",
            "txnAmt": str(amount),
            "backUrl": self.back_url,
            "origQryId": deal["queryId"],
        }
        asked = self.fields(type_, "00", **{**usual, **said})
        return self.company.ask("/gateway/api/backTransReq.do", asked)

    def file(self, day: str) -> dict[str, str]:
        """``day`` is ``MMdd``."""
        asked = self.fields("76", "01", bizType="000000", settleDate=day, fileType="00")
        return self.company.ask("/", asked)


def heard(body: bytes) -> dict[str, str]:
    """A notice as the merchant's form parser gives it."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
