"""An order's life with WeChat Pay."""

from datetime import datetime, timedelta

import httpx
import pytest

from deploy.simulators.gateway.clock import rfc3339
from tests.simulators.sides import started
from tests.simulators.wechat import WEB, Shop, code

pytestmark = pytest.mark.stack
NATIVE = "/v3/pay/transactions/native"
HOUR, DAY = 3600, 86_400


def pay(shop: Shop, number: str) -> tuple[int, str]:
    answer = shop.simulator.web.post("/payer/pay", json={"reference": number})
    return answer.status_code, answer.json().get("error", answer.json().get("state"))


def in_seconds(shop: Shop, seconds: int) -> str:
    return rfc3339(datetime.fromisoformat(shop.simulator.look("/clock")["now"]) + timedelta(seconds=seconds))


def test_each_way_to_pay_opens_in_its_own_way(shop: Shop):
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    answers = {
        "app": shop.order(),
        "native": shop.order(),
        "jsapi": shop.order(payer={"openid": "o123"}),
        "h5": shop.order(scene_info=scene),
    }
    opened = {kind: shop.call("POST", f"/v3/pay/transactions/{kind}", order).json() for kind, order in answers.items()}

    assert opened["app"]["prepay_id"].startswith("wx")
    assert opened["jsapi"]["prepay_id"].startswith("wx")
    assert opened["native"]["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
    assert opened["h5"]["h5_url"].startswith(shop.simulator.url)


def test_what_is_asked_twice_is_answered_the_same(shop: Shop):
    order = shop.order()
    first, second = (shop.call("POST", NATIVE, order) for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()


@pytest.mark.parametrize("change", [{"amount": {"total": 1700, "currency": "CNY"}}, {"description": "别的"}])
def test_a_number_never_means_two_things(shop: Shop, change):
    order = shop.order()
    shop.call("POST", NATIVE, order)

    answer = shop.call("POST", NATIVE, order | change)

    assert code(answer) == (400, "INVALID_REQUEST")
    assert "重入" in answer.json()["message"]
    assert code(shop.call("POST", "/v3/pay/transactions/app", order)) == (400, "INVALID_REQUEST")


def test_an_unpaid_order_has_no_transaction(shop: Shop):
    told = shop.query(shop.open(attach="our own"))

    assert (told["trade_state"], told["attach"]) == ("NOTPAY", "our own")
    assert not {"transaction_id", "success_time", "payer"} & set(told)


def test_a_paid_order_tells_everything_by_both_numbers(shop: Shop):
    number = shop.paid()
    told = shop.query(number)
    by_id = shop.call("GET", f"/v3/pay/transactions/id/{told['transaction_id']}?mchid={shop.mchid}").json()

    assert told == by_id
    assert told["trade_state"] == "SUCCESS"
    assert told["trade_type"] == "NATIVE"
    assert told["success_time"].endswith("+08:00")
    assert told["amount"] == {"total": 1600, "currency": "CNY", "payer_total": 1600, "payer_currency": "CNY"}
    assert (told["appid"], told["mchid"], told["out_trade_no"]) == (shop.appid, shop.mchid, number)


def test_a_paid_order_is_paid_once_and_its_number_is_used(shop: Shop):
    order = shop.order()
    shop.call("POST", NATIVE, order)
    number = order["out_trade_no"]

    assert [pay(shop, number), pay(shop, number)] == [(200, "paid"), (409, "already_paid")]
    assert code(shop.call("POST", NATIVE, order)) == (400, "ORDERPAID")
    assert code(shop.close(number)) == (400, "ORDERPAID")


def test_closing_is_signed_empty_and_may_be_repeated(shop: Shop):
    order = shop.order()
    shop.call("POST", NATIVE, order)
    number = order["out_trade_no"]

    for _ in range(2):
        answer = shop.close(number)
        assert (answer.status_code, answer.content) == (204, b"")
        assert shop.is_genuine(answer.headers, b"")
    assert shop.query(number)["trade_state"] == "CLOSED"
    assert pay(shop, number) == (409, "order_closed")
    assert code(shop.call("POST", NATIVE, order)) == (400, "ORDER_CLOSED")


def test_a_code_is_good_for_two_hours_and_then_asked_for_again(shop: Shop):
    order = shop.order()
    first = shop.call("POST", NATIVE, order).json()
    shop.simulator.advance(2 * HOUR + 1)

    assert pay(shop, order["out_trade_no"]) == (409, "code_expired")
    assert shop.query(order["out_trade_no"])["trade_state"] == "NOTPAY"
    second = shop.call("POST", NATIVE, order).json()
    assert second != first
    assert pay(shop, order["out_trade_no"]) == (200, "paid")


def test_a_page_is_good_for_five_minutes(shop: Shop):
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    order = shop.order(scene_info=scene)
    page = shop.call("POST", "/v3/pay/transactions/h5", order).json()["h5_url"]
    shop.simulator.advance(301)

    assert "said=code_expired" in WEB.post(page, data={"action": "pay"}).headers["Location"]
    assert shop.query(order["out_trade_no"])["trade_state"] == "NOTPAY"


def test_the_page_pays(shop: Shop):
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    order = shop.order(scene_info=scene, description="<b>费</b>")
    page = shop.call("POST", "/v3/pay/transactions/h5", order).json()["h5_url"]

    assert "&lt;b&gt;" in WEB.get(page).text
    pressed = WEB.post(page, data={"action": "pay"})
    assert pressed.status_code == 303
    assert "已支付" in WEB.get(httpx.URL(page).join(pressed.headers["Location"])).text
    assert shop.query(order["out_trade_no"])["trade_type"] == "MWEB"
    assert WEB.get(f"{shop.simulator.url}/h5/nothing").status_code == 404


def test_an_order_ends_when_it_says(shop: Shop):
    number = shop.open(time_expire=in_seconds(shop, 600))
    shop.simulator.advance(601)

    assert pay(shop, number) == (409, "code_expired")


def test_after_a_week_an_order_is_closed(shop: Shop):
    number = shop.open()
    shop.simulator.advance(7 * DAY - 60)
    assert shop.query(number)["trade_state"] == "NOTPAY"
    shop.simulator.advance(120)
    assert shop.query(number)["trade_state"] == "CLOSED"


def test_an_amount_in_07_can_be_paid_after_it_was_closed(shop: Shop):
    number = shop.open(amount={"total": 1607, "currency": "CNY"})
    shop.close(number)

    assert pay(shop, number) == (200, "paid")
    assert shop.query(number)["trade_state"] == "SUCCESS"


def test_a_payment_in_flight_wins_over_the_close(shop: Shop):
    number = shop.open()
    shop.simulator.plan({"fault": "paid_while_closing"})

    assert shop.close(number).status_code == 204
    shop.simulator.advance(5)
    assert shop.query(number)["trade_state"] == "SUCCESS"


def test_a_coupon_pays_a_part_and_the_total_stays(shop: Shop):
    shop.simulator.plan({"fault": "coupon"})
    amount = shop.query(shop.paid())["amount"]

    assert (amount["total"], amount["payer_total"]) == (1600, 1440)


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "unknown_serial"])
def test_an_answer_can_be_badly_signed(shop: Shop, fault: str):
    number = shop.open()
    shop.simulator.plan({"fault": fault, "route": "query"})
    target = f"/v3/pay/transactions/out-trade-no/{number}?mchid={shop.mchid}"
    answers = [shop.call("GET", target) for _ in range(2)]

    assert [shop.is_genuine(answer.headers, answer.content) for answer in answers] == [False, True]


@pytest.mark.parametrize(("fault", "seconds"), [("stale", -600), ("future", 600)])
def test_an_answer_can_be_of_another_time(shop: Shop, fault: str, seconds: int):
    number = shop.open()
    shop.simulator.plan({"fault": fault, "route": "query"})
    answer = shop.call("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={shop.mchid}")

    off = int(answer.headers["Wechatpay-Timestamp"]) - int(shop.time())
    assert off == pytest.approx(seconds, abs=5)
    assert shop.is_genuine(answer.headers, answer.content)


def test_a_real_name_is_sealed_for_the_platform(shop: Shop):
    identity = {"type": "OVERSEA_PASSPORT", "number": "E12345678", "name": "张三"}

    answer = shop.call("POST", NATIVE, shop.order(payer={"identity": identity}))

    assert answer.json()["detail"]["field"] == "Wechatpay-Serial"


def test_a_restart_knows_keys_and_orders_and_tells_again(tmp_path, merchant):
    merchant.always = 500
    with started("deploy.simulators.wechat_pay", "--state", str(tmp_path)) as first:
        shop = Shop(first, first.look("/merchant"), merchant.url)
        number = shop.paid()
        merchant.wait()
    merchant.always = 204
    with started("deploy.simulators.wechat_pay", "--state", str(tmp_path)) as second:
        again = Shop(second, shop.info, merchant.url)
        assert again.query(number)["trade_state"] == "SUCCESS"
        bodies = merchant.bodies(2)

    assert bodies[0]["id"] == bodies[1]["id"]
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
