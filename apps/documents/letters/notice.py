"""The notice to the authority that issued a lost passport (Passport Law art. 16; R21)."""

from datetime import date, datetime

from apps.documents.letters.certificates import SEE_THE_REPORT
from apps.documents.letters.letter import NOTHING, Both, Letter, Origin, Person, Row, day, legible, moment

STATEMENT = Both(
    "持照人已向我馆申报下列护照遗失。依据《中华人民共和国护照法》第十六条，请贵机关核实并宣布该护照作废，"
    "将办理结果连同文号函复我馆。",
    "The holder has reported the passport below lost. Under article 16 of the Passport Law, your authority is "
    "asked to verify this, to declare the passport void, and to tell us the outcome with its reference.",
)


def notice_letter(
    *,
    reference: str,
    person: Person,
    identity_number: str,
    passport_number: str,
    passport_issued_on: date | None,
    lost_on: date,
    place: str,
    country: Both,
    reported_at: datetime,
    receiver: Both,
    origin: Origin,
) -> Letter:
    """Asks for the passport to be declared void. ``reference`` is ours, to be quoted in the answer."""
    rows = (
        Row("中文姓名", "Name in Chinese", person.name),
        Row("护照印刷拼写", "Name as printed in the passport", person.spelling),
        Row("出生日期", "Date of birth", day(person.born_on)),
        Row("公民身份号码", "Identity number", identity_number or NOTHING),
        Row("护照号码", "Passport number", passport_number),
        Row("护照签发日期", "Passport issued on", day(passport_issued_on) if passport_issued_on else NOTHING),
        Row("遗失日期", "Lost on", day(lost_on)),
        Row("遗失地点", "Place of the loss", legible(place, otherwise=SEE_THE_REPORT)),
        Row("国家或地区", "Country or region", f"{country.zh} / {country.en}"),
        Row("报失时间", "Reported at", moment(reported_at)),
    )
    return Letter(
        kind="issuer_notice",
        number=reference,
        title=Both("关于宣布护照作废的通知", "Notice of a Passport to Be Declared Void"),
        receiver=receiver,
        statement=STATEMENT,
        rows=rows,
        notes=(Both("回复时请注明本通知编号。", "Please quote the number of this notice in your reply."),),
        origin=origin,
    )
