"""Age, and what the law ties to it (R6). It counts on the day of issue, so every function takes the day."""

from datetime import date

SIGNS_SELF_FROM = 10
DATA_CONSENT_FROM = 14
APPLIES_SELF_FROM = 16
OF_AGE_FROM = 18


def age(*, born_on: date, on: date) -> int:
    """Full years. Someone born on 29 February is a year older on 1 March of a common year."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def guardian_signs(*, born_on: date, on: date) -> bool:
    """The signature of a child under 10 is not printed; a guardian signs the form."""
    return age(born_on=born_on, on=on) < SIGNS_SELF_FROM


def guardian_agrees_to_data(*, born_on: date, on: date) -> bool:
    """Personal Information Protection Law art. 31: under 14 the guardian consents to any use of the data."""
    return age(born_on=born_on, on=on) < DATA_CONSENT_FROM


def guardian_applies(*, born_on: date, on: date) -> bool:
    """Passport Law art. 6: under 16 the guardian applies, with written consent and proof of guardianship."""
    return age(born_on=born_on, on=on) < APPLIES_SELF_FROM


def is_of_age(*, born_on: date, on: date) -> bool:
    """From 18 on nobody acts for a person without their consent (Civil Code art. 17)."""
    return age(born_on=born_on, on=on) >= OF_AGE_FROM


def of_age_on(*, born_on: date) -> date:
    """The 18th birthday, on which guardianship ends (Civil Code art. 17); 1 March for 29 February."""
    year = born_on.year + OF_AGE_FROM
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
