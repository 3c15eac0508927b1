from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals.mrz import parse
from apps.seals.mrz.checkdigits import ALPHABET, check_digit
from apps.seals.mrz.dates import read_birth

ON = date(2026, 6, 13)
SHEET = ["PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F2606277<<<<<<<8"]
BOOKLET = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]


def with_second(lines, place, text):
    first, second = lines
    return [first, second[:place] + text + second[place + len(text) :]]


def test_a_sheet_says_everything():
    assert parse(SHEET, on=ON).as_json() == {
        "size": "TD2", "document_code": "PU", "issuing_state": "UTO", "surname": "ERIKSSON",
        "given_names": "ANNA MARIA", "name_may_be_truncated": False, "number": "D23145890", "nationality": "UTO",
        "birth": "1974-08-12", "sex": "F", "expiry": "2026-06-27", "optional": "",
        "checks": {"number": True, "birth": True, "expiry": True, "composite": True}, "valid": True,
    }  # fmt: skip


def test_a_booklet_has_one_check_more():
    zone = parse(BOOKLET, on=ON)

    assert zone.optional == "ZE184226B"
    assert zone.checks == {"number": True, "birth": True, "expiry": True, "optional": True, "composite": True}


@pytest.mark.parametrize(
    ("lines", "place", "wrong"),
    [
        (SHEET, 9, {"number", "composite"}),
        (SHEET, 19, {"birth", "composite"}),
        (SHEET, 27, {"expiry", "composite"}),
        (SHEET, 35, {"composite"}),
        (SHEET, 28, {"composite"}),
        (BOOKLET, 42, {"optional", "composite"}),
        (BOOKLET, 43, {"composite"}),
    ],
)
def test_each_check_digit_is_judged_by_itself(lines, place, wrong):
    digit = "5" if lines[1][place] != "5" else "6"
    zone = parse(with_second(lines, place, digit), on=ON)

    assert {name for name, right in zone.checks.items() if not right} == wrong
    assert not zone.valid


@pytest.mark.parametrize("digit", ["0", "<"])
def test_empty_optional_data_may_do_without_a_check_digit(digit):
    second = "L898902C36UTO7408122F1204159" + "<" * 14 + digit
    composite = check_digit(second[:10] + second[13:20] + second[21:])

    assert parse([BOOKLET[0], second + composite], on=ON).checks["optional"]


def test_a_filler_is_no_check_digit():
    zone = parse([SHEET[0], "<<<<<<<<<<UTO<<<<<<0F2606277<<<<<<<1"], on=ON)

    assert not zone.checks["number"]


def test_a_longer_number_goes_on_in_the_optional_data():
    digit = check_digit("D23145890734")
    second = f"D23145890<UTO7408122F2606277{'734' + digit:<<7}"
    zone = parse([SHEET[0], second + check_digit(second[:10] + second[13:20] + second[21:])], on=ON)

    assert (zone.number, zone.optional) == ("D23145890734", "")
    assert zone.valid
    assert not parse(with_second(zone.lines, 31, "x0"[1]), on=ON).checks["number"]


@pytest.mark.parametrize(
    ("six", "born"),
    [
        ("740812", "1974-08-12"),
        ("260613", "2026-06-13"),
        ("260614", "1926-06-14"),
        ("85<<<<", "1985-XX-XX"),
        ("8503<<", "1985-03-XX"),
        ("<<<<<<", "XXXX-XX-XX"),
        ("<<0229", "XXXX-02-29"),
        ("000229", "2000-02-29"),
    ],
)
def test_the_century_is_the_last_in_which_nobody_is_unborn(six, born):
    assert str(read_birth(six, on=ON)) == born


@pytest.mark.parametrize("six", ["741312", "740832", "7<0812", "AB0812", "7408<1", "230229"])
def test_what_is_no_date_is_none(six):
    assert read_birth(six, on=ON) is None


def test_a_zone_with_right_digits_over_nonsense_is_not_valid():
    nonsense = "D231458907UTO741312" + check_digit("741312") + "F2606277<<<<<<<"
    composite = check_digit(nonsense[:10] + nonsense[13:20] + nonsense[21:])
    zone = parse([SHEET[0], nonsense + composite], on=ON)

    assert all(zone.checks.values())
    assert zone.as_json()["birth"] is None
    assert not zone.valid


def test_a_letter_in_the_last_place_warns_of_a_cut_name():
    assert parse(["PUUTOPAPANDROPOULOUS<<JONATHOON<ALEC", SHEET[1]], on=ON).name_may_be_truncated


@pytest.mark.parametrize("code", ["PP", "PU", "IV", "V<", "1<", "<<", "X<"])
def test_a_sheet_of_another_code_is_refused_but_ours_is_read(code):
    lines = [code + SHEET[0][2:], SHEET[1]]
    if code == "PU":
        assert parse(lines, on=ON).document_code == "PU"
        return
    with pytest.raises(Invalid) as refused:
        parse(lines, on=ON)
    assert refused.value.code == "mrz_document_code"


@pytest.mark.parametrize("code", ["PT", "PO", "P<", "PE"])
def test_legacy_booklets_are_read(code):
    assert parse([code + BOOKLET[0][2:], BOOKLET[1]], on=ON).document_code == code.rstrip("<")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "mrz_size"),
        (SHEET[:1], "mrz_size"),
        ([*SHEET, SHEET[0]], "mrz_size"),
        ([SHEET[0], SHEET[1] + "<"], "mrz_size"),
        ([SHEET[0], BOOKLET[1]], "mrz_size"),
        (["A" * 30] * 2, "mrz_size"),
        ([SHEET[0].lower(), SHEET[1]], "mrz_character"),
        ([SHEET[0][:-1] + "\n", SHEET[1]], "mrz_character"),
        ([SHEET[0], SHEET[1][:-1] + "\ud800"], "mrz_character"),
    ],
)
def test_what_is_no_zone_is_refused(lines, code):
    with pytest.raises(Invalid) as refused:
        parse(lines, on=ON)

    assert refused.value.code == code


@given(
    st.sampled_from([36, 44]).flatmap(
        lambda n: st.lists(st.text(ALPHABET, min_size=n, max_size=n), min_size=2, max_size=2)
    ),
    st.dates(),
)
def test_any_characters_are_read_or_refused(lines, on):
    try:
        zone = parse(["PU" + lines[0][2:], lines[1]], on=on)
    except Invalid:
        return
    assert set(zone.as_json()["checks"]) >= {"number", "birth", "expiry", "composite"}


@given(st.integers(0, 34), st.sampled_from("0123456789"))
def test_no_single_digit_of_the_second_line_can_change_unnoticed(place, digit):
    before = SHEET[1][place]
    covered = place not in {10, 11, 12, 20}
    if before == digit or not covered or not before.isdigit():
        return
    assert not parse(with_second(SHEET, place, digit), on=ON).valid
