import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.kernel.errors import Unknown
from apps.kernel.registry import Registry


def test_a_clash_of_names_stops_the_boot():
    shelf: Registry[str] = Registry("book")
    shelf.add("red", "first")

    with pytest.raises(ImproperlyConfigured, match="book 'red' is registered twice"):
        shelf.add("red", "second")
    assert shelf["red"] == "first"


def test_what_is_not_registered_is_unknown():
    shelf: Registry[str] = Registry("book")

    with pytest.raises(Unknown):
        shelf["blue"]


def test_it_keeps_the_order_in_which_it_was_filled():
    shelf: Registry[int] = Registry("book")
    for number, name in enumerate(["b", "a", "c"]):
        assert shelf.add(name, number) == number

    assert (list(shelf), shelf.values()) == (["b", "a", "c"], [0, 1, 2])
    assert "a" in shelf
    assert "z" not in shelf
