import pytest

from tests.cases.factories import make_officer, make_post


@pytest.fixture
def post():
    return make_post()


@pytest.fixture
def officer(post):
    return make_officer(post)
