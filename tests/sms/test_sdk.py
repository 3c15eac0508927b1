"""The company's own SDK as judge: what it accepts from the simulator, and the simulator from it."""

from datetime import UTC, datetime, timedelta

import pytest
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.utils_models import Config

from tests.sms.company import KEY, SECRET, fresh_number


def client(company, secret=SECRET):
    endpoint = company.url.removeprefix("http://")
    return Client(Config(access_key_id=KEY, access_key_secret=secret, endpoint=endpoint, protocol="http"))


def request(phone, **changed):
    facts = {"phone_numbers": phone, "sign_name": "中国领事", "template_code": "SMS_100005"}
    return SendSmsRequest(**(facts | {"template_param": '{"mark":"0017"}', "out_id": "ours-1"} | changed))


def test_the_sdk_sends_and_asks(company):
    phone = fresh_number().lstrip("+")

    sent = client(company).send_sms(request(phone)).body
    day = company.journal()[-1]["at"]
    asked = QuerySendDetailsRequest(phone_number=phone, send_date=beijing(day), page_size=10, current_page=1)
    found = client(company).query_send_details(asked).body

    assert (sent.code, found.code, found.total_count) == ("OK", "OK", "1")
    (row,) = found.sms_send_detail_dtos.sms_send_detail_dto
    assert (row.out_id, row.phone_num, row.send_status) == ("ours-1", phone, 3)
    assert "您的申请0017有新进展" in row.content


def test_the_sdk_with_a_wrong_secret_is_refused(company):
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        client(company, secret=SECRET + "x").send_sms(request(fresh_number().lstrip("+")))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"template_code": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"sign_name": "别人"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"template_param": "{}"}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"template_param": "[]"}, "isv.INVALID_JSON_PARAM"),
        ({"template_param": '{"mark":"https://evil.example"}'}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"phone_numbers": "+33612345678"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"phone_numbers": "33612345678,33612345679"}, "isv.MOBILE_COUNT_OVER_LIMIT"),
    ],
)
def test_what_the_company_would_not_carry_the_sdk_is_told(company, changed, code):
    answer = client(company).send_sms(request(fresh_number().lstrip("+"), **changed))

    assert answer.body.code == code


def beijing(seconds):
    return (datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)).strftime("%Y%m%d")
