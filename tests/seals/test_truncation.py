"""Names that are too long: ICAO Doc 9303-4 §4.2.3, 9303-6 §4.2.3."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.seals.mrz.truncation import fit, is_permitted

NILA = (["NILAVADHANANANDA"], ["CHAYAPA", "DEJTHAMRONG", "KRASUANG"])
ARNPOL = (["NILAVADHANANANDA"], ["ARNPOL", "PETCH", "CHARONGUANG"])
BENNELONG = (["BENNELONG", "WOOLOOMOOLOO", "WARRANDYTE", "WARNAMBOOL"], ["DINGO", "POTOROO"])
PAPAN = (["PAPANDROPOULOUS"], ["JONATHON", "WARREN", "TREVOR"])
PAPAN_SHEET = (["PAPANDROPOULOUS"], ["JONATHOON", "ALEC"])

PERMITTED = [
    (NILA, 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
    (ARNPOL, 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
    (BENNELONG, 39, "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
    (BENNELONG, 39, "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO"),
    (BENNELONG, 39, "BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO"),
    (PAPAN, 39, "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
    (NILA, 31, "NILAVADHANANANDA<<CHAYAPA<DEJ<K"),
    (ARNPOL, 31, "NILAVADHANANANDA<<ARN<PET<CHARO"),
    (BENNELONG, 31, "BENNELONG<WOOLOOMOOLOO<W<W<<D<P"),
    (BENNELONG, 31, "BENNELONG<WOOLOOM<WAR<WARN<<D<P"),
    (BENNELONG, 31, "BENNEL<WOOLO<WARRA<WARNA<<DIN<P"),
]
OURS = [
    (NILA, 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
    (ARNPOL, 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
    (BENNELONG, 39, "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
    (PAPAN, 39, "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
    (PAPAN_SHEET, 31, "PAPANDROPOULOUS<<JONATHOON<ALEC"),
]
FORBIDDEN = [
    (NILA, 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<<"),  # ends with a filler
    (NILA, 39, "NILAVADHANANANDA<CHAYAPA<DEJTHAMRONG<KR"),  # the parts run into each other
    (NILA, 39, "NILAVADHANANANDA<<DEJTHAMRONG<CHAYAPA<K"),  # another order
    (NILA, 39, "NILAVADHANANANDA<<DEJTHAMRONG<KRASUANGX"),  # something new
    (NILA, 31, "NILAVADHANANANDA<<DEJTHAMRONG<K"[:30]),  # too short
    (BENNELONG, 31, "BENNELONG<WOOLOOMOOLOO<WARRANDY"),  # nothing of the given names
    (PAPAN, 39, "PAPANDROPOULOUS<<JONATHON<WARREN<TREV<<"),  # cut, though it fits
]

words = st.lists(st.text("ABCDEFGHIJ", min_size=1, max_size=14), min_size=1, max_size=6)


@pytest.mark.parametrize(("name", "width", "field"), PERMITTED)
def test_every_example_of_icao_is_permitted(name, width, field):
    assert is_permitted(field, primary=name[0], secondary=name[1], width=width)


@pytest.mark.parametrize(("name", "width", "field"), FORBIDDEN)
def test_other_fields_are_not(name, width, field):
    assert not is_permitted(field, primary=name[0], secondary=name[1], width=width)


@pytest.mark.parametrize(("name", "width", "field"), OURS)
def test_we_cut_as_icao_does(name, width, field):
    assert fit(*name, width) == field


@given(words, words | st.just([]), st.sampled_from([31, 39]))
def test_whatever_we_write_is_permitted(primary, secondary, width):
    assume(any(len(word) > 1 for word in primary + secondary))  # single letters alone may leave no letter at the end

    field = fit(primary, secondary, width)

    assert is_permitted(field, primary=primary, secondary=secondary, width=width), field


@given(st.lists(st.text("AB", min_size=1, max_size=2), min_size=1, max_size=40), words | st.just([]))
def test_even_a_row_of_initials_has_its_width(primary, secondary):
    field = fit(primary, secondary, 31)

    assert len(field) == 31
    assert field.startswith(primary[0][0])
