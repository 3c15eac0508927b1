import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from apps.accounts.models import User
from apps.posts.countries import country_names
from apps.posts.models import Officer, Post
from tests.posts.factories import make_post

pytestmark = pytest.mark.django_db


def test_a_post_speaks_the_language_of_who_asks():
    post = make_post()

    with override("en"):
        assert (post.name, post.city, post.country_name) == ("Embassy of China in France", "Paris", "France")
    with override("zh-hans"):
        assert (post.name, post.city, post.country_name) == ("中国驻法国大使馆", "巴黎", "法国")


def test_an_officer_has_one_post():
    officer, other = (User.objects.create(username=name, is_staff=True) for name in ("wang", "li"))
    paris, lyon = make_post("PAR"), make_post("LYS")
    Officer.objects.create(user=officer, post=paris)
    Officer.objects.create(user=other, post=lyon)

    assert [*Post.objects.of_officer(officer)] == [paris]
    assert str(officer.officer) == "wang (PAR)"


def test_a_citizen_is_no_officer():
    citizen = User.objects.create(username="zhang")

    with pytest.raises(ValidationError) as refused:
        Officer(user=citizen, post=make_post()).full_clean()

    assert "user" in refused.value.message_dict


def test_every_country_has_a_name_in_both_languages():
    names = {code: (zh, en) for code, zh, en in country_names()}

    assert names["KE"] == ("肯尼亚", "Kenya")
    assert [code for code, (zh, _) in names.items() if zh.isascii()] == []
    assert [code for code, (_, en) in names.items() if "中" in en] == []
