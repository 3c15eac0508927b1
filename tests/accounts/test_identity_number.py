from datetime import date

import pytest

from apps.accounts import identity_number as numbers
from apps.kernel.errors import Invalid
from tests.accounts.factories import identity_number

PUBLISHED = "11010519491231002X"
"""The worked example of GB 11643-1999."""


def test_the_example_of_the_standard_is_read():
    assert numbers.read(PUBLISHED) == PUBLISHED
    assert numbers.born_on(PUBLISHED) == date(1949, 12, 31)
    assert numbers.sex(PUBLISHED) == "F"


@pytest.mark.parametrize(
    "region",
    ["110101", "310104", "440305", "659001", "429004", "810000", "820000", "830000", "460300", "460400", "441900"],
)
def test_every_region_that_issues_numbers_is_known(region):
    assert numbers.read(identity_number(region))


@pytest.mark.parametrize(
    "region", ["000000", "100101", "160101", "990101", "110000", "440300", "810001", "830101", "010101"]
)
def test_a_region_that_does_not_exist_is_refused(region):
    with pytest.raises(Invalid) as refused:
        numbers.read(identity_number(region))
    assert refused.value.code == "identity_number_region"


def test_every_single_wrong_digit_is_noticed():
    right = identity_number()
    for place, digit in enumerate(right[:17]):
        for other in set("0123456789") - {digit}:
            with pytest.raises(Invalid):
                numbers.read(right[:place] + other + right[place + 1 :])


def test_two_digits_changed_over_are_noticed():
    right = identity_number(born="19720315", order="468")
    for place in range(16):
        swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        if swapped != right:
            with pytest.raises(Invalid) as refused:
                numbers.read(swapped)
            assert refused.value.code == "identity_number_checksum"


@pytest.mark.parametrize("born", ["19900230", "20230229", "19901301", "19900100", "00000101"])
def test_a_day_that_never_was_is_refused(born):
    with pytest.raises(Invalid) as refused:
        numbers.read(identity_number(born=born))
    assert refused.value.code == "identity_number_date"


@pytest.mark.parametrize(
    "text",
    ["", "1", PUBLISHED[:17], PUBLISHED + "0", "A" * 18, "１１０１０５１９４９１２３１００２X", "130503670401001"],
)
def test_anything_but_eighteen_digits_is_refused(text):
    with pytest.raises(Invalid) as refused:
        numbers.read(text)
    assert refused.value.code == "identity_number_form"


@pytest.mark.parametrize("typed", [" 110105 19491231 002x ", "110105-19491231-002X"])
def test_spaces_hyphens_and_a_small_x_are_forgiven(typed):
    assert numbers.read(typed) == PUBLISHED
