"""The particulars of whom a case is about, as they were submitted."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from apps.accounts.models import Citizen


@dataclass(frozen=True, slots=True)
class Holder:
    """The particulars that are reviewed and printed."""

    name: str
    surname: str
    given_names: str
    born_on: date
    sex: str
    place_of_birth: str
    nationality: str
    identity_number: str | None

    @property
    def full_spelling(self) -> str:
        return f"{self.surname} {self.given_names}".strip()

    @classmethod
    def of(cls, citizen: Citizen) -> "Holder":
        return cls(**{field.name: getattr(citizen, field.name) for field in fields(cls)})

    @classmethod
    def read(cls, written: dict[str, Any]) -> "Holder":
        return cls(**written | {"born_on": date.fromisoformat(written["born_on"])})

    def written(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"born_on": self.born_on.isoformat()}
