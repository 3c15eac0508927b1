"""The product's own adapter against the company as a process of its own."""

import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.sms import services as sms
from apps.sms.gateways.base import Receipt, Uncertain, Undeliverable
from apps.sms.gateways.signature import query_string, signed_headers
from tests.sms.company import KEY, SECRET, fresh_number, started


def send(phone, *, template="news.zh-hans", reference="ours-1", **facts):
    sms.send(to=phone, template=template, facts=facts or {"mark": "0017"}, reference=reference)


def find(phone, reference="ours-1", at=None):
    return sms.find(to=phone, reference=reference, at=at or now())


@pytest.mark.parametrize("phone", ["+33612340001", "+8613812340001", "+85291234567"])
def test_what_was_sent_is_on_the_phone_and_can_be_asked_about(company, phone):
    assert find(phone) is None

    send(phone)

    assert [one["text"][:14] for one in company.received(phone)] == ["【中国领事】您的申请0017"]
    assert find(phone) == Receipt.DELIVERED
    assert find(phone, "ours-2") is None


def test_a_message_to_one_phone_is_found_among_many(company):
    phone = fresh_number()
    send(phone, reference="the-first")
    for number in range(51):
        template = ("notice.en", "news.en")[number % 2]
        send(phone, template=template, reference=f"later-{number}", **({"mark": "1"} if number % 2 else {}))

    assert find(phone, "the-first") == Receipt.DELIVERED


def test_near_midnight_in_beijing_both_days_are_asked_about(company):
    phone = fresh_number()
    send(phone)
    midnight = datetime.fromtimestamp(company.journal()[-1]["at"], UTC).replace(hour=16, minute=0, second=0)
    days = []

    class Watched(sms.gateways["aliyun+http"].__self__):
        def _sent_to(self, number, day):
            days.append(day)
            return iter(())

    watched = Watched(url=company.url, key=KEY, secret=SECRET, sign="中国领事")
    assert watched.find(to=phone, reference="x", at=midnight + timedelta(minutes=1)) is None
    assert len(days) == 2


@pytest.mark.parametrize(
    ("fault", "error", "code", "receipt"),
    [
        ("lost_answer", Uncertain, "RemoteProtocolError", Receipt.DELIVERED),
        ("nothing", Uncertain, "RemoteProtocolError", None),
        ("error_500", Uncertain, "InternalError", Receipt.DELIVERED),
        ("system", Uncertain, "isp.SYSTEM_ERROR", None),
        ("limit", Undeliverable, "isv.BUSINESS_LIMIT_CONTROL", None),
        ("no_money", Unavailable, "isv.AMOUNT_NOT_ENOUGH", None),
    ],
)
def test_trouble_says_whether_it_may_have_left_and_asking_tells(company, fault, error, code, receipt):
    phone = fresh_number()
    company.plan(fault)

    with pytest.raises(error) as trouble:
        send(phone)

    assert (type(trouble.value), trouble.value.code) == (error, code)
    assert find(phone) == receipt
    assert len(company.received(phone)) == (receipt is not None)


def test_a_phone_that_never_got_it_is_known(company):
    phone = fresh_number()
    company.plan("bounce")
    send(phone)

    assert (find(phone), company.received(phone)) == (Receipt.FAILED, [])


@pytest.mark.parametrize(
    ("phone", "template", "facts", "code"),
    [
        ("+12", "notice.en", {}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ("+33612349999", "news.en", {"mark": ""}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ("+33612349999", "news.en", {"mark": "x" * 30}, "isv.PARAM_LENGTH_LIMIT"),
        ("+33612349999", "nothing.en", {}, "no_template"),
    ],
)
def test_what_never_can_be_sent_is_undeliverable(company, phone, template, facts, code):
    with pytest.raises(Undeliverable) as refusal:
        sms.send(to=phone, template=template, facts=facts, reference="x")

    assert (type(refusal.value), refusal.value.code) == (Undeliverable, code)


def test_the_company_limits_codes_to_one_phone(company):
    phone = fresh_number()
    send(phone, template="sign_in_code.en", code="123456", minutes="10")

    with pytest.raises(Undeliverable, match="LIMIT"):
        send(phone, template="sign_in_code.en", code="123456", minutes="10")
    send(phone, template="notice.en")
    assert len(company.received(phone)) == 2


def test_nobody_at_the_other_end_means_nothing_left(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.SMS_URL = f"aliyun+http://k:s@127.0.0.1:{taken.getsockname()[1]}/?sign=x"
        with pytest.raises(Unavailable) as away:
            send("+33612345678")
        with pytest.raises(Unavailable):
            find("+33612345678")

    assert away.value.code == "sms_unreachable"


def test_a_wrong_secret_is_for_the_operator_and_loses_nothing(company, settings):
    settings.SMS_URL = company.sms_url.replace(SECRET, "wrong")

    with pytest.raises(Unavailable) as refusal:
        send(fresh_number())
    assert refusal.value.code == "SignatureDoesNotMatch"


def test_switched_off_nothing_is_sent(settings):
    assert not sms.is_available()
    with pytest.raises(Unavailable) as off:
        find("+33612345678")
    assert off.value.code == "sms_off"


class TestDoor:
    """The simulator is as strict as the real one: else it would pass what the real one refuses."""

    def request(self, company, *, at=None, nonce="n", change=None):
        phone = fresh_number().lstrip("+")
        asked = {"PhoneNumbers": phone, "SignName": "中国领事", "TemplateCode": "SMS_100003"}
        query = query_string(asked)
        headers = signed_headers(
            key=KEY, secret=SECRET, host=company.url.removeprefix("http://"), action="SendSms", version="2017-05-25",
            query=query, nonce=nonce, at=at or now(),
        )  # fmt: skip
        headers, query = (change or (lambda *same: same))(headers, query)
        return httpx.post(f"{company.url}/?{query}", headers=headers).json()["Code"]

    def test_one_flipped_bit_of_the_signature_is_refused(self, company):
        def flip(headers, query):
            mark = headers["authorization"]
            return {**headers, "authorization": mark[:-1] + format(int(mark[-1], 16) ^ 1, "x")}, query

        assert self.request(company, nonce="right") == "OK"
        assert self.request(company, nonce="flipped", change=flip) == "SignatureDoesNotMatch"

    def test_a_changed_value_is_refused(self, company):
        assert (
            self.request(company, change=lambda h, q: (h, q.replace("SMS_100003", "SMS_100007")))
            == "SignatureDoesNotMatch"
        )

    def test_a_request_is_good_once(self, company):
        assert [self.request(company, nonce="once"), self.request(company, nonce="once")] == [
            "OK",
            "SignatureNonceUsed",
        ]

    @pytest.mark.parametrize("minutes", [-16, 16])
    def test_an_old_or_early_request_is_refused(self, company, minutes):
        assert (
            self.request(company, nonce=f"t{minutes}", at=now() + timedelta(minutes=minutes))
            == "InvalidTimeStamp.Expired"
        )

    def test_an_unsigned_header_is_refused(self, company):
        def unsigned(headers, query):
            return {**headers, "x-acs-security-token": "t"}, query

        assert self.request(company, nonce="extra", change=unsigned) == "IncompleteSignature"


def test_a_restarted_company_remembers_and_a_torn_line_is_no_matter(tmp_path, settings):
    book, phone = tmp_path / "sms.jsonl", fresh_number()
    with started("--state", str(book)) as company:
        settings.SMS_URL = company.sms_url
        send(phone)
    with book.open("a") as torn:
        torn.write('{"torn')

    with started("--state", str(book)) as company:
        settings.SMS_URL = company.sms_url
        assert find(phone) == Receipt.DELIVERED
        assert company.received(phone)[0]["text"] in httpx.get(f"{company.url}/").text
