"""Byte for byte: the specimens of ICAO Doc 9303 parts 4, 6 and 8, and our own documents."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals.mrz import build, parse
from tests.seals.factories import ZHANG

ERIKSSON = {
    "surname": "Eriksson", "given_names": "Anna Maria", "nationality": "UTO", "birth": "1974-08-12", "sex": "F",
    "issuing_state": "UTO",
}  # fmt: skip
LU = {
    "surname": "Lü", "given_names": "Xiaoqing", "number": "L00000017", "nationality": "CHN", "birth": "1985-03-15",
    "sex": "F", "expiry": "2026-12-31", "issuing_state": "CHN",
}  # fmt: skip


def test_the_travel_document_specimen():
    lines = build(profile="ETD_SHEET", number="D23145890", expiry="2026-06-27", **ERIKSSON)

    assert lines == ["PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F2606277<<<<<<<8"]


def test_the_passport_specimen():
    lines = build(profile="TD3", number="L898902C3", expiry="2012-04-15", optional="ZE184226B", **ERIKSSON)

    assert lines == [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ]


def test_the_sheet_specimen_of_part_6():
    lines = build(profile="TD2", number="D23145890", expiry="2012-04-15", **ERIKSSON)

    assert lines == ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]


def test_our_sheet():
    assert build(profile="ETD_SHEET", **ZHANG) == [
        "PUCHNZHANG<<SANFENG<<<<<<<<<<<<<<<<<",
        "L123456781CHN9001011M2703017<<<<<<<2",
    ]


def test_our_sheet_for_someone_called_lü():
    assert build(profile="ETD_SHEET", **LU) == [
        "PUCHNLYU<<XIAOQING<<<<<<<<<<<<<<<<<<",
        "L000000177CHN8503150F2612317<<<<<<<0",
    ]


def test_our_booklet():
    assert build(profile="ETD_BOOKLET", **ZHANG) == [
        "PECHNZHANG<<SANFENG<<<<<<<<<<<<<<<<<<<<<<<<<",
        "L123456781CHN9001011M2703017<<<<<<<<<<<<<<02",
    ]


def test_dates_may_be_dates():
    dated = ZHANG | {"birth": date(1990, 1, 1), "expiry": date(2027, 3, 1)}

    assert build(profile="ETD_SHEET", **dated) == build(profile="ETD_SHEET", **ZHANG)


@pytest.mark.parametrize(
    ("birth", "six"),
    [("1985", "85<<<<"), ("1985-03", "8503<<"), ("1985-XX-XX", "85<<<<"), ("", "<<<<<<"), ("XXXX-03-15", "<<0315")],
)
def test_unknown_parts_of_a_birth_are_fillers(birth, six):
    _first, second = build(profile="ETD_SHEET", **ZHANG | {"birth": birth})

    assert second[13:19] == six
    assert parse([_first, second], on=date(2026, 1, 1)).valid


@pytest.mark.parametrize("sex", ["X", "", "<"])
def test_an_unstated_sex_is_a_filler(sex):
    assert build(profile="ETD_SHEET", **ZHANG | {"sex": sex})[1][20] == "<"


def test_germany_is_one_letter():
    first, second = build(profile="TD3", **ZHANG | {"issuing_state": "D", "nationality": "D"})

    assert (first[2:5], second[10:13]) == ("D<<", "D<<")


def test_an_open_profile_carries_the_code_it_is_asked_for():
    assert build(profile="TD3", document_code="PD", **ZHANG)[0][:2] == "PD"


REFUSED = [
    ({"profile": "TD1"}, "mrz_profile"),
    ({"number": "L1234567890"}, "mrz_number"),
    ({"number": ""}, "mrz_number"),
    ({"number": "l12345678"}, "mrz_number"),
    ({"number": "L1234567\n"}, "mrz_number"),
    ({"nationality": "DEU"}, "mrz_state"),
    ({"nationality": "HKG"}, "mrz_state"),
    ({"issuing_state": "MAC"}, "mrz_state"),
    ({"issuing_state": "XYZ"}, "mrz_state"),
    ({"sex": "W"}, "mrz_sex"),
    ({"expiry": "1999-12-31"}, "mrz_expiry"),
    ({"expiry": "2100-01-01"}, "mrz_expiry"),
    ({"expiry": "2027-02-30"}, "mrz_date"),
    ({"expiry": "2027-02"}, "mrz_date"),
    ({"birth": "1990-13-01"}, "mrz_date"),
    ({"birth": "0000"}, "mrz_date"),
    ({"birth": "1990-00-01"}, "mrz_date"),
    ({"birth": "01.01.1990"}, "mrz_date"),
    ({"birth": "١٩٩٠-٠١-٠١"}, "mrz_date"),
    ({"birth": "2027-03-02"}, "mrz_birth"),
    ({"birth": "1899-03-02"}, "mrz_birth"),
    ({"optional": "ABCDEFGH"}, "mrz_optional"),
    ({"optional": "é"}, "mrz_optional"),
    ({"document_code": "PP"}, "mrz_document_code"),
    ({"surname": "", "given_names": ""}, "mrz_name_missing"),
    ({"surname": "Ь", "given_names": "..."}, "mrz_name_missing"),
    ({"romanisation": "wade-giles"}, "mrz_romanisation"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED)
def test_what_may_not_be_written_is_refused(change, code):
    with pytest.raises(Invalid) as refused:
        build(**{"profile": "ETD_SHEET", **ZHANG, **change})

    assert refused.value.code == code


@pytest.mark.parametrize("code", ["PT", "PO", "V", "I", "PUX", "p"])
def test_a_redefined_or_foreign_code_is_not_written_on_a_booklet(code):
    with pytest.raises(Invalid) as refused:
        build(profile="TD3", document_code=code, **ZHANG)

    assert refused.value.code == "mrz_document_code"


def test_the_code_of_our_sheet_is_for_that_profile_alone():
    with pytest.raises(Invalid):
        build(profile="TD2", document_code="PU", **ZHANG)


@given(
    surname=st.text("ABCXYZ -'ÄÜÑЖ", min_size=1, max_size=60).filter(lambda name: any(c.isalpha() for c in name)),
    given_names=st.text("ABCXYZ -'ÄÜÑЖ", max_size=60),
    number=st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True),
    birth=st.dates(date(1930, 1, 1), date(2026, 1, 1)),
    expiry=st.dates(date(2026, 1, 2), date(2099, 12, 31)),
    sex=st.sampled_from(["F", "M", "X"]),
    profile=st.sampled_from(["ETD_SHEET", "ETD_BOOKLET", "TD3", "TD2"]),
)
def test_whatever_is_written_reads_back(surname, given_names, number, birth, expiry, sex, profile):
    lines = build(
        profile=profile, surname=surname, given_names=given_names, number=number, nationality="CHN",
        birth=birth, sex=sex, expiry=expiry, issuing_state="CHN",
    )  # fmt: skip

    zone = parse(lines, on=date(2026, 1, 1))

    assert zone.valid
    assert (zone.number, str(zone.birth), zone.expiry) == (number, birth.isoformat(), expiry)
    assert zone.sex == {"X": "<"}.get(sex, sex)
