import pytest
from apps.accounts.models import User
from tests.cases.factories import make_case, make_post
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
@pytest.mark.timeout(300)
def test_look(desks):
    post=make_post(); make_case(post=post); make_case("payment_due", post=post)
    boss=User.objects.create_superuser("boss","an-officer-password")
    desk=desks("zh-hans"); desk.sign_in(boss)
    from tests.browser.conftest import SCREENS
    for name,path in [("start","/admin/"),("post","/admin/posts/post/PAR/change/"),("posts","/admin/posts/post/"),("outbox","/admin/outbox/delivery/"),("audit","/admin/audit/entry/"),("user","/admin/accounts/officeruser/add/"),("msgs","/admin/notifications/message/"),("tariff","/admin/posts/tariff/")]:
        desk.open(path); desk.page.screenshot(path=SCREENS/f"boss-{name}.png", full_page=True)
