"""Giving money back at UnionPay, and the file of a settlement day."""

import base64
import io
import zipfile
import zlib
from datetime import date, timedelta

import pytest

from tests.simulators.sides import started
from tests.simulators.unionpay_merchant import Company, Shop, heard

pytestmark = pytest.mark.stack
WIDTHS = [3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32]
DAY = 86_400


@pytest.fixture(scope="module")
def company():
    with started("deploy.simulators.unionpay") as steered:
        yield Company(steered)


@pytest.fixture
def shop(company, merchant) -> Shop:
    merchant.always = 200
    company.steered.web.delete("/faults")
    company.steered.do("/balance", balance=None)
    return Shop(company, merchant.url)


def until(company: Company, hour: int) -> None:
    """The next time that it is this hour in Beijing, and half a minute past it."""
    now = company.time()
    goal = now.replace(hour=hour, minute=0, second=30)
    goal += timedelta(days=goal <= now)
    company.steered.advance((goal - now).total_seconds())


def file(shop: Shop, day: str) -> list[list[str]]:
    """The records of ``MMdd``, cut by their widths."""
    told = shop.file(day)
    assert told["respCode"] == "00", told["respMsg"]
    archive = zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(told["fileContent"]))))
    (name, errors) = archive.namelist()
    assert name.startswith("INN")
    assert name.endswith(f"{day}ZM_{shop.company.paper['merId']}")
    assert archive.read(errors) == b""
    return [cut(line) for line in archive.read(name).decode("ascii").splitlines()]


def cut(line: str) -> list[str]:
    cells, place = [], 0
    for width in WIDTHS:
        cells.append(line[place : place + width].strip())
        place += width + 1
    return cells


def test_parts_are_given_back_until_nothing_is_left(company, shop, merchant):
    paid = shop.paid(24500)

    assert [shop.give_back(paid, amount)["respCode"] for amount in (10000, 14501, 14500, 1)] == ["00", "36", "00", "36"]
    told = [company.believe(heard(body)) for _, body in merchant.wait(3)]
    assert sorted((row["txnType"], row["txnAmt"]) for row in told) == [
        ("01", "24500"),
        ("04", "10000"),
        ("04", "14500"),
    ]
    assert {row["origQryId"] for row in told if row["txnType"] == "04"} == {paid["queryId"]}


def test_a_refund_is_asked_about_by_its_own_number(shop):
    paid = shop.paid()
    refund = shop.give_back(paid, 500)

    found = shop.query(refund)

    assert (found["origRespCode"], found["txnType"], found["txnAmt"]) == ("00", "04", "500")


def test_a_refund_with_the_same_number_and_time_is_a_duplicate(shop):
    paid = shop.paid()
    first = shop.give_back(paid, 500)

    again = shop.give_back(paid, 500, orderId=first["orderId"], txnTime=first["txnTime"])

    assert again["respCode"] == "12"


@pytest.mark.parametrize("type_", ["04", "31"])
def test_what_was_not_paid_cannot_be_given_back(shop, type_):
    assert shop.give_back({"queryId": "1" * 21}, 500, type_)["respCode"] == "35"


@pytest.mark.parametrize(("days", "code"), [(329, "00"), (331, "35")])
def test_refunds_are_taken_for_330_days(company, shop, days, code):
    paid = shop.paid()
    company.steered.advance(days * DAY)

    assert shop.give_back(paid, 500)["respCode"] == code


def test_a_void_is_for_the_whole_amount(shop, company, merchant):
    paid = shop.paid(24500)

    assert shop.give_back(paid, 24499, "31")["respCode"] == "36"
    assert shop.give_back(paid, 24500, "31")["respCode"] == "00"
    assert shop.give_back(paid, 24500, "31")["respCode"] == "35"
    assert shop.give_back(paid, 1)["respCode"] == "36"
    assert company.believe(heard(merchant.wait(2)[1][1]))["txnType"] in {"01", "31"}


def test_a_void_is_for_the_same_settlement_day_which_ends_at_23(company, shop):
    until(company, 21)
    early = shop.paid()
    until(company, 22)
    assert shop.give_back(early, 24500, "31")["respCode"] == "00"
    late = shop.paid()
    until(company, 23)
    assert shop.give_back(late, 24500, "31")["respCode"] == "35"
    assert shop.give_back(late, 24500)["respCode"] == "00"


def test_an_amount_in_09_is_accepted_and_then_found_failed(shop):
    paid = shop.paid(24509)
    refund = shop.give_back(paid, 24509)

    found = shop.query(refund)

    assert (refund["respCode"], found["respCode"], found["origRespCode"]) == ("00", "00", "01")


def test_an_amount_in_10_is_in_process_until_asked_three_times(shop, merchant):
    paid = shop.paid(24510)
    refund = shop.give_back(paid, 24510)

    assert refund["respCode"] == "05"
    assert shop.give_back(paid, 1)["respCode"] == "36"
    assert [shop.query(refund)["origRespCode"] for _ in range(3)] == ["05", "05", "00"]
    assert len(merchant.wait(2)) == 2


def test_an_amount_in_11_waits_for_the_balance_and_the_same_refund_may_be_asked_for_again(company, shop):
    paid = shop.paid(24511)
    said = {"orderId": "REFUND00000011", "txnTime": company.now()}
    assert shop.give_back(paid, 1000, **said)["respCode"] == "33"

    company.steered.do("/balance", balance=1000)

    assert shop.give_back(paid, 1000, **said)["respCode"] == "00"
    assert shop.give_back(paid, 1)["respCode"] == "33"


def test_a_refund_by_hand_is_in_the_file_and_in_no_notice(company, shop, merchant):
    paid = shop.paid()
    made = company.steered.do("/console/refund", reference=paid["orderId"], amount_minor=700)
    merchant.wait()
    until(company, 23)
    until(company, 9)

    assert [row[9] for row in file(shop, made["settled_on"][5:].replace("-", ""))][-1] == made["query_id"]
    assert len(merchant.heard) == 1
    too_much = {"reference": paid["orderId"], "amount_minor": 24500}
    assert company.steered.web.post("/console/refund", json=too_much).status_code == 409


def test_a_day_runs_from_23_to_23_and_its_file_is_there_the_next_morning(company, shop):
    until(company, 23)
    first = shop.paid(10000)
    until(company, 22)
    last = shop.paid(20000)
    refund = shop.query(shop.give_back(first, 4000))
    void = shop.query(shop.give_back(last, 20000, "31"))
    until(company, 23)
    tomorrow = shop.paid(30000)

    assert first["settleDate"] == last["settleDate"] == refund["settleDate"] != tomorrow["settleDate"]
    assert shop.file(first["settleDate"])["respCode"] == "98"
    until(company, 8)
    assert shop.file(first["settleDate"])["respCode"] == "98"
    until(company, 9)
    rows = file(shop, first["settleDate"])

    expected = [(row["txnAmt"].zfill(12), row["queryId"], row["orderId"]) for row in (first, last, refund, void)]
    assert [(row[6], row[9], row[11]) for row in rows] == expected
    assert [row[0] for row in rows] == ["S22", "S22", "S30", "S31"]
    assert [row[15] for row in rows] == ["D000000000060", "D000000000120", "C000000000000", "C000000000120"]
    assert [row[16] for row in rows] == ["C000000009940", "C000000019880", "D000000004000", "D000000019880"]
    assert [row[26] for row in rows] == ["", "", first["queryId"], last["queryId"]]
    assert {row[27] for row in rows} == {company.paper["merId"]}


@pytest.fixture
def day(company, shop) -> str:
    """``MMdd`` of a day with two purchases, whose file is ready."""
    until(company, 23)
    first, _ = shop.paid(10000), shop.paid(20000)
    until(company, 22)
    until(company, 9)
    return first["settleDate"]


@pytest.mark.parametrize(
    ("fault", "amounts"),
    [
        ("bill_missing_row", [20000]),
        ("bill_duplicate_row", [10000, 10000, 20000]),
        ("bill_amount_off", [10001, 20000]),
        ("bill_extra_row", [10000, 20000, 10000]),
    ],
)
def test_a_file_that_is_wrong_once_is_right_the_next_time(company, shop, day, fault, amounts):
    company.steered.plan({"fault": fault})

    assert [int(row[6]) for row in file(shop, day)] == amounts
    assert [int(row[6]) for row in file(shop, day)] == [10000, 20000]


def test_a_late_file_and_one_without_its_first_column(company, shop, day):
    company.steered.plan({"fault": "bill_late"}, {"fault": "bill_missing_column"})

    assert shop.file(day)["respCode"] == "98"
    company.steered.plan({"fault": "bill_missing_column"})
    assert file(shop, day)[0][0] != "S22"


def test_a_row_that_is_shifted_is_in_the_file_of_the_next_day(company, shop, day):
    company.steered.plan({"fault": "bill_day_shift"})
    assert [int(row[6]) for row in file(shop, day)] == [20000]
    until(company, 22)
    until(company, 9)
    next_day = date(2028, int(day[:2]), int(day[2:])) + timedelta(days=1)

    assert [int(row[6]) for row in file(shop, f"{next_day:%m%d}")] == [10000]


@pytest.mark.parametrize("said", [{"settleDate": "0230"}, {"fileType": "01"}, {"settleDate": "20261124"}], ids=str)
def test_a_file_of_no_day_or_no_kind_is_refused(company, shop, said):
    asked = shop.fields("76", "01", **{"bizType": "000000", "settleDate": "1101", "fileType": "00", **said})

    assert company.ask("/", asked)["respCode"] == "10"
