"""Alipay's way to say no: ``code`` of the gateway, ``sub_code`` of whoever refuses."""

SAID = {
    "10000": "Success",
    "20000": "Service Currently Unavailable",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40006": "Insufficient Permissions",
}
OF_THE_GATEWAY = frozenset({"40001", "40002", "40006"})
"""Refused before any business was done: such answers carry no signature."""


class Wrong(Exception):
    def __init__(self, code: str, sub_code: str, sub_msg: str = "") -> None:
        super().__init__(sub_code)
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg or sub_code

    @property
    def node(self) -> dict[str, str]:
        return {"code": self.code, "msg": SAID[self.code], "sub_code": self.sub_code, "sub_msg": self.sub_msg}


def missing(name: str) -> Wrong:
    return Wrong("40001", f"isv.missing-{name}")


def invalid(name: str, about: str = "") -> Wrong:
    return Wrong("40002", f"isv.{name}", about)


def business(name: str, about: str = "") -> Wrong:
    return Wrong("40004", name, about)
