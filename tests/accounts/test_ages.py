from datetime import date

import pytest

from apps.accounts import ages


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2010, 5, 6), date(2026, 5, 5), 15),
        (date(2010, 5, 6), date(2026, 5, 6), 16),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_is_counted_in_full_years(born_on, on, age):
    assert ages.age(born_on=born_on, on=on) == age


@pytest.mark.parametrize(
    ("born_on", "signs", "agrees", "applies"),
    [
        (date(2016, 11, 24), True, True, True),
        (date(2016, 11, 23), False, True, True),
        (date(2012, 11, 23), False, False, True),
        (date(2010, 11, 23), False, False, False),
    ],
)
def test_a_guardian_steps_back_at_ten_fourteen_and_sixteen(born_on, signs, agrees, applies):
    on = date(2026, 11, 23)
    assert ages.guardian_signs(born_on=born_on, on=on) is signs
    assert ages.guardian_agrees_to_data(born_on=born_on, on=on) is agrees
    assert ages.guardian_applies(born_on=born_on, on=on) is applies
