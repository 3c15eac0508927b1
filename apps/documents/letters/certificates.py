"""What the certificates for citizens say. Our own wording, in both languages."""

from datetime import date, datetime

from apps.documents.letters.letter import Both, Letter, Origin, Person, Row, day, legible, moment

NO_TRAVEL_DOCUMENT = Both(
    "本证明不是旅行证件，不能代替护照出入任何国家或地区。",
    "This is not a travel document. Nobody can cross a border on it.",
)
CHECK = (
    Both("用手机相机扫描二维码即可核验。", "Scan the code with any phone camera to verify."),
    Both(
        "核验在手机上完成，不上传任何信息；离线核验工具同样适用。",
        "Your phone does the checking and sends nothing; offline verifiers read the same code.",
    ),
    Both(
        "屏幕显示的编号、姓名须与本页一致。",
        "Number and name on the screen must be those on this page.",
    ),
)
SIGNED = Both(
    "本证明为电子签发，附电子签名，无需盖章。",
    "Issued electronically with an electronic signature; no stamp is needed.",
)
LOSS = Both(
    "兹证明，下列中国公民已申报其中华人民共和国护照遗失，该护照自报失时起停止使用。",
    "This is to certify that the Chinese citizen below has reported the loss of a passport of the "
    "People’s Republic of China, and that the passport is out of use from the time of the report.",
)
LOSS_NOTES = (
    Both(
        "上列护照自报失时起不得使用，即使寻回亦然；请拾获者交至任何中国使领馆。",
        "The passport above may not be used from the time of the report, even if found; "
        "whoever finds it is asked to hand it in at any Chinese embassy or consulate.",
    ),
    Both(
        "持证明人可据此向当地警方、承运人或住宿场所说明情况；所载内容以本人申报为准。",
        "The holder may show this to police, carriers and hotels. It states what the holder has declared.",
    ),
)
PROGRESS = Both(
    "兹证明，下列中国公民已提交证件申请，现正在办理中。",
    "This is to certify that the Chinese citizen below has applied for the document named here "
    "and that the application is being processed.",
)
PROGRESS_NOTE = Both(
    "本证明仅说明申请正在办理，不保证获得批准。",
    "It states that the application is in progress, not that it will be granted.",
)
SEE_THE_REPORT = "见报失记录 / as told in the report"


def loss_letter(
    *,
    number: str,
    person: Person,
    passport_number: str,
    passport_issued_by: str,
    lost_on: date,
    place: str,
    country: Both,
    reported_at: datetime,
    hotline: str,
    valid_until: date,
    origin: Origin,
) -> Letter:
    """That a passport was reported lost: for police, carriers and hotels (R20, R21).

    The whole passport number is printed: whoever is shown the letter must find the passport by it. ``place`` and
    ``passport_issued_by`` are as the citizen typed them; ``reported_at`` carries the zone of its clock.
    """
    rows = (
        *_about(person),
        Row("报失护照号码", "Passport reported lost", passport_number),
        Row("签发机关", "Issued by", legible(passport_issued_by, otherwise=SEE_THE_REPORT)),
        Row("遗失日期", "Lost on", day(lost_on)),
        Row("遗失地点", "Place of the loss", legible(place, otherwise=SEE_THE_REPORT)),
        Row("国家或地区", "Country or region", f"{country.zh} / {country.en}"),
        Row("报失时间", "Reported at", moment(reported_at)),
        Row("本证明有效期至", "This certificate is valid until", day(valid_until)),
    )
    return Letter(
        kind="loss_certificate",
        number=number,
        title=Both("护照报失证明", "Certificate of a Passport Reported Lost"),
        statement=LOSS,
        rows=rows,
        notes=(*LOSS_NOTES, _hotline(hotline), SIGNED),
        warning=NO_TRAVEL_DOCUMENT,
        hints=CHECK,
        origin=origin,
    )


def progress_letter(
    *,
    number: str,
    person: Person,
    case_number: str,
    service: Both,
    submitted_on: date,
    passport_number: str,
    hotline: str,
    valid_until: date,
    origin: Origin,
    expected_on: date | None = None,
) -> Letter:
    """That an application is being worked on: for an employer, a landlord, a residence office.

    ``service`` is what was applied for, in words; ``passport_number`` may be empty; ``expected_on`` is the promised
    day, where there is one.
    """
    rows = [
        *_about(person),
        Row("申请事项", "Applied for", f"{service.zh} / {service.en}"),
        Row("受理编号", "Application number", case_number),
        Row("提交日期", "Submitted on", day(submitted_on)),
    ]
    if passport_number:
        rows.append(Row("原护照号码", "Former passport", passport_number))
    if expected_on:
        rows.append(Row("预计办结日期", "Expected by", day(expected_on)))
    rows.append(Row("本证明有效期至", "This certificate is valid until", day(valid_until)))
    return Letter(
        kind="progress_certificate",
        number=number,
        title=Both("证件申请受理证明", "Certificate of an Application in Progress"),
        statement=PROGRESS,
        rows=tuple(rows),
        notes=(PROGRESS_NOTE, _hotline(hotline), SIGNED),
        warning=NO_TRAVEL_DOCUMENT,
        hints=CHECK,
        origin=origin,
    )


def _about(person: Person) -> tuple[Row, ...]:
    return (
        Row("中文姓名", "Name in Chinese", person.name),
        Row("护照印刷拼写", "Name as printed in the passport", person.spelling),
        Row("出生日期", "Date of birth", day(person.born_on)),
    )


def _hotline(number: str) -> Both:
    return Both(
        f"外交部全球领事保护与服务应急热线（24小时）：{number}",
        f"Consular protection, day and night: {number}",
    )
