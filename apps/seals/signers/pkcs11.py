"""Keys in a hardware token, by PKCS#11 (OASIS, v2.40): made there, used there, and nobody can read them.

Signatures are not deterministic here: the token chooses the ``k`` of ECDSA, so the same document signed again is
another file with the same content.
"""

import os
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import pkcs11
from django.conf import settings
from django.utils.translation import gettext as _
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, PKCS11Error, Session
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from apps.kernel.errors import Unavailable
from apps.seals.signers.base import Sign, key_stores

T = TypeVar("T")

CURVE = "secp256r1"
KEPT_INSIDE = {
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.SIGN: True,
    Attribute.DERIVE: False,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
}


class Token:
    """One session per process, one caller at a time.

    A forked child may not use its parent's (PKCS#11 §5.2): it begins anew. So does a process whose token was gone.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._session: Session | None = None
        self._process = 0
        os.register_at_fork(after_in_child=self._renew_turn)

    def ask(self, question: Callable[[Session], T]) -> T:
        """Twice, if the session had to be made anew. Raises ``Unavailable`` (``signing_key_unavailable``)."""
        with self._turn:
            try:
                return question(self._current())
            except PKCS11Error:
                self._session = None
            try:
                return question(self._current())
            except PKCS11Error:
                self._session = None
                raise _unavailable() from None

    def forget(self) -> None:
        """The next question opens the token anew."""
        with self._turn:
            self._session = None

    def _current(self) -> Session:
        if self._session is None or self._process != os.getpid():
            self._session, self._process = _opened(), os.getpid()
        return self._session

    def _renew_turn(self) -> None:
        """The thread that held the parent's lock does not exist in the child."""
        self._turn = threading.Lock()


TOKEN = Token()


class Pkcs11KeyStore:
    """Keys of the token ``PKCS11_TOKEN``, by label."""

    def generate(self, name: str) -> bytes:
        return TOKEN.ask(lambda session: _generate(session, name))

    def open(self, name: str) -> Sign:
        def sign(data: bytes) -> bytes:
            digest = sha256(data).digest()
            return TOKEN.ask(lambda session: _sign(session, name, digest))

        TOKEN.ask(lambda session: _private(session, name))
        return sign


def _generate(session: Session, name: str) -> bytes:
    if any(True for _found in session.get_objects({Attribute.LABEL: name})):
        raise FileExistsError(name)
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(CURVE)}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    public, _private_key = parameters.generate_keypair(
        label=name, id=name.encode(), store=True, private_template=KEPT_INSIDE
    )
    return encode_ec_public_key(public)


def _private(session: Session, name: str) -> pkcs11.Key:
    return session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC, label=name)


def _sign(session: Session, name: str, digest: bytes) -> bytes:
    """Raw r‖s, which is what PKCS#11 itself answers."""
    signature: bytes = _private(session, name).sign(digest, mechanism=Mechanism.ECDSA)  # type: ignore[attr-defined]
    return signature


def _opened() -> Session:
    """The library is started anew: only so does it see a token that was away, and forget a parent's state."""
    try:
        library = pkcs11.lib(settings.PKCS11_MODULE)
        library.reinitialize()
        return library.get_token(token_label=settings.PKCS11_TOKEN).open(rw=True, user_pin=settings.PKCS11_PIN)
    except RuntimeError:  # PKCS#11's own errors are such, and a module that cannot be loaded is another
        raise _unavailable() from None


def _unavailable() -> Unavailable:
    return Unavailable(_("The signing key cannot be opened."), code="signing_key_unavailable")


key_stores.add("pkcs11", Pkcs11KeyStore())
