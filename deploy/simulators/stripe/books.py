"""Every object of the account, as its API shows it."""

import copy
import secrets
import string
from collections.abc import Callable
from typing import Any

from deploy.simulators.gateway.world import World
from deploy.simulators.stripe import objects
from deploy.simulators.stripe.errors import Invalid, missing

Object = dict[str, Any]
LETTERS = string.ascii_letters + string.digits


class Books:
    """Kept in the journal under ``object``; a restart reads them there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.objects: dict[str, Object] = {key: dict(row) for key, row in world.journal.rows("object").items()}

    def now(self) -> int:
        return int(self.world.clock.now().timestamp())

    def new(self, prefix: str, kind: str, **facts: Any) -> Object:
        id_ = prefix + self.letters(24)
        return self.keep({"id": id_, "object": kind, "created": self.now(), "livemode": False, **facts})

    def letters(self, count: int) -> str:
        return "".join(secrets.choice(LETTERS) for _ in range(count))

    def keep(self, thing: Object, **changes: Any) -> Object:
        """The same object, from now on with these changes."""
        thing = {**thing, **changes}
        self.objects[thing["id"]] = thing
        self.world.journal.write("object", thing["id"], thing)
        return thing

    def get(self, kind: str, id_: str, param: str) -> Object:
        """Raises ``Failed`` (404)."""
        thing = self.objects.get(id_)
        if thing is None or thing["object"] != kind:
            raise missing(kind, id_, param)
        return thing

    def all(self, kind: str) -> list[Object]:
        """Oldest first."""
        return [thing for thing in list(self.objects.values()) if thing["object"] == kind]

    def line(self, source: Object, amount: int, fee: int, kind: str) -> Object:
        """A line of the balance."""
        facts = objects.transaction(amount, fee, source["currency"], kind, source["id"], self.now())
        return self.new("txn_", "balance_transaction", **facts)

    def refer(self, id_: str, reference: str) -> None:
        """From now on, this id is about the merchant's order of that number."""
        self.world.journal.write("reference", id_, {"reference": reference})

    def reference(self, thing: Object) -> str:
        """The merchant's number of the order that this is about, or the object's own id."""
        for id_ in (thing["id"], thing.get("payment_intent")):
            row = self.world.journal.row("reference", id_) if isinstance(id_, str) else None
            if row is not None:
                return str(row["reference"])
        return str(thing["id"])

    def shown(self, thing: Object, expand: list[str]) -> Object:
        """A copy with the named ids replaced by what they name. Raises ``Invalid``."""
        told = self._current(thing)
        for path in expand:
            _expand(told, path.split("."), self._find, path)
        return told

    def page(self, path: str, found: list[Object], asked: Object) -> Object:
        """One page of what was found, newest first."""
        found = [thing for thing in reversed(found) if _is_within(thing["created"], asked.get("created", {}))]
        limit = asked.get("limit", 10)
        ids = [thing["id"] for thing in found]
        begin, end = 0, limit
        if "starting_after" in asked:
            begin = _place(ids, asked["starting_after"], "starting_after") + 1
            end = begin + limit
        elif "ending_before" in asked:
            end = _place(ids, asked["ending_before"], "ending_before")
            begin = max(0, end - limit)
        has_more = begin > 0 if "ending_before" in asked else end < len(found)
        data = [self._current(thing) for thing in found[begin:end]]
        told = {"object": "list", "url": path, "has_more": has_more, "data": data}
        for name in asked.get("expand", []):
            _expand(told, name.split("."), self._find, name)
        return told

    def _find(self, id_: str) -> Object | None:
        thing = self.objects.get(id_)
        return self._current(thing) if thing else None

    def _current(self, thing: Object) -> Object:
        """What is pending becomes available by time alone."""
        told = copy.deepcopy(thing)
        if told["object"] == "balance_transaction":
            told["status"] = "available" if self.now() >= told["available_on"] else "pending"
        return told


def _expand(told: Object, path: list[str], find: Callable[[str], Object | None], whole: str) -> None:
    name, rest = path[0], path[1:]
    inner = told.get(name)
    if isinstance(inner, str):
        told[name] = inner = find(inner)
    if name not in told or not isinstance(inner, (dict, list, type(None))):
        raise Invalid(f"This property cannot be expanded ({whole}).", "expand")
    if rest and inner:
        for item in inner if isinstance(inner, list) else [inner]:
            _expand(item, rest, find, whole)


def _is_within(moment: int, wanted: dict[str, int]) -> bool:
    checks = {
        "gt": moment.__gt__,
        "gte": moment.__ge__,
        "lt": moment.__lt__,
        "lte": moment.__le__,
    }
    return all(checks[name](bound) for name, bound in wanted.items())


def _place(ids: list[str], id_: str, param: str) -> int:
    if id_ not in ids:
        raise missing("object", id_, param)
    return ids.index(id_)
