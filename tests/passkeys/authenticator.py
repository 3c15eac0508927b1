"""An authenticator in Python, on the classes of ``fido2``: it does what a device does, or one thing wrong."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost"
FLAG = AuthenticatorData.FLAG


@dataclass
class Authenticator:
    """Holds one credential. ``origin`` is what the browser says, ``verifies`` whether it knows its owner."""

    origin: str = ORIGIN
    verifies: bool = True
    present: bool = True
    counter: int = 0
    rp_id: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: urandom(32))
    user_handle: bytes = b""

    def create(self, options):
        rp_id = self.rp_id or options["rp"]["id"]
        self.user_handle = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        data = AuthenticatorData.create(sha256(rp_id.encode()).digest(), self._flags | FLAG.AT, self.counter, attested)
        made = AttestationObject.create("none", data, {})
        said = self._client_data("webauthn.create", options)
        return self._answer({"clientDataJSON": said, "attestationObject": made, "transports": ["internal"]})

    def get(self, options, *, challenge=None):
        self.counter += 1
        rp_id = self.rp_id or options["rpId"]
        data = AuthenticatorData.create(sha256(rp_id.encode()).digest(), self._flags, self.counter)
        said = self._client_data("webauthn.get", options, challenge)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        handle = {"userHandle": self.user_handle} if self.user_handle else {}
        return self._answer({"clientDataJSON": said, "authenticatorData": data, "signature": signature, **handle})

    @property
    def _flags(self):
        return (FLAG.UP if self.present else FLAG(0)) | (FLAG.UV if self.verifies else FLAG(0))

    def _client_data(self, kind, options, challenge=None):
        asked = challenge or websafe_decode(options["challenge"])
        return CollectedClientData.create(kind, asked, self.origin)

    def _answer(self, response):
        said = {name: value if isinstance(value, list) else websafe_encode(value) for name, value in response.items()}
        own = websafe_encode(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": said})
