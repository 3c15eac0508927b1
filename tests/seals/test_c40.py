"""ICAO Doc 9303-13 §2.3 and its examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals import c40

ALPHABET = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("text", "encoded"),
    [("XK<CD", "EB0466A9"), ("XKCD", "EB11FE45"), ("VISA01", "DE515826"), ("D<<", "6ABC"), ("", "")],
)
def test_the_examples(text, encoded):
    assert c40.encode(text).hex().upper() == encoded
    assert c40.decode(bytes.fromhex(encoded)) == text.replace("<", " ")


@given(st.text(ALPHABET, max_size=90))
def test_there_and_back(text):
    encoded = c40.encode(text)

    assert len(encoded) == 2 * -(-len(text) // 3)
    assert c40.decode(encoded) == text


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_refused(data):
    try:
        text = c40.decode(data)
    except Invalid as refused:
        assert refused.code == "c40"
    else:
        assert c40.encode(text) == data or 0xFE in data


@pytest.mark.parametrize("text", ["a", "A.B", "É", "\x00", "\ud800", "A\nB"])
def test_other_characters_cannot_be_encoded(text):
    with pytest.raises(Invalid):
        c40.encode(text)


BROKEN = [
    ("EB", "an odd number of bytes"),
    ("FE45EB11", "the unlatch before the end"),
    ("66A9EB11", "padding before the end"),
    ("0001EB11", "a shift, value 1"),
    ("0000", "zero"),
    ("FFFF", "beyond the last number"),
    ("FE00", "unlatched, but no character"),
    ("FE62", "unlatched, a small letter"),
]


@pytest.mark.parametrize("data", [data for data, _why in BROKEN], ids=[why for _data, why in BROKEN])
def test_what_no_encoder_writes_is_refused(data):
    with pytest.raises(Invalid):
        c40.decode(bytes.fromhex(data))
