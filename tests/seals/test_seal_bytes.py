"""The bytes of a seal: ICAO Doc 9303-13 §2."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals.der import decode_length, encode_length
from apps.seals.vds import dates, header, seal
from apps.seals.vds.header import Header, Names
from apps.seals.vds.seal import Feature

SEPTEMBER = date(2024, 9, 27)
FEBRUARY = date(2026, 2, 5)
HEADERS = [
    ("DC036ABC6D32C8A72CB18D7AD88D7AD8FB06", Header(Names("D", "DETS", "32"), SEPTEMBER, SEPTEMBER, (0xFB, 0x06))),
    (
        "DC026ABC6D32C8A51A1F8D7AD88D7AD8FB06",
        Header(Names("D", "DETS", "00032"), SEPTEMBER, SEPTEMBER, (0xFB, 0x06), version=3),
    ),
    (
        "DC036ABC6D32C8AC38E72627FE371F4FBA1F4FBAF90C",
        Header(Names("D", "DETS", "5022026"), FEBRUARY, FEBRUARY, (0xF9, 0x0C)),
    ),
]
HEAD = bytes.fromhex(HEADERS[0][0])
TAIL = bytes([0xFF, 0x40]) + bytes(64)


@pytest.mark.parametrize(("data", "said"), HEADERS, ids=["version 4", "version 3", "seven digits"])
def test_the_worked_headers(data, said):
    assert header.decode(bytes.fromhex(data)) == (said, len(data) // 2)
    assert said.encode().hex().upper() == data


def test_version_3_writes_five_digits():
    short = Header(Names("D", "DETS", "32"), SEPTEMBER, SEPTEMBER, (0xFB, 0x06), version=3)

    assert short.encode().hex().upper() == HEADERS[1][0]


def test_leading_zeros_of_a_reference_do_not_count():
    keys = {said.key for _data, said in HEADERS[:2]}

    assert keys == {"DETS32"}


def test_one_signer_writes_its_lengths_in_decimal():
    text = Header(Names("D", "DEZV", "A" * 10), SEPTEMBER, SEPTEMBER, (0xFB, 0x06))
    data = text.encode().replace(header.c40.encode("DEZV0A"), header.c40.encode("DEZV10"))

    assert header.decode(data)[0].names.reference == "A" * 10


def test_the_worked_date():
    assert dates.encode(date(1957, 3, 25)).hex().upper() == "319EF5"
    assert dates.decode(bytes.fromhex("319EF5")) == date(1957, 3, 25)


def test_a_date_may_be_left_out():
    assert dates.decode(dates.encode(None)) is None


@pytest.mark.parametrize("number", [13012026, 2302026, 2302025, 1010000, 12, 16777215])
def test_a_number_that_is_no_date_is_refused(number):
    with pytest.raises(Invalid):
        dates.decode(number.to_bytes(3, "big"))


@given(st.dates())
def test_every_date_there_and_back(day):
    assert dates.decode(dates.encode(day)) == day


@given(st.integers(0, 0xFFFF))
def test_lengths_there_and_back(length):
    encoded = encode_length(length)

    assert decode_length(encoded, 0) == (length, len(encoded))


@pytest.mark.parametrize("data", ["", "80", "8100", "817F", "820080", "8300FFFF", "81", "8201", "84FFFFFFFF"])
def test_lengths_must_be_der(data):
    with pytest.raises(Invalid):
        decode_length(bytes.fromhex(data), 0)


def test_version_3_has_lengths_of_one_byte():
    long = bytes.fromhex(HEADERS[1][0]) + bytes([0x02, 0xC8]) + bytes(200) + TAIL

    assert seal.decode(long).features == (Feature(0x02, bytes(200)),)


def test_a_long_feature_there_and_back():
    said = HEADERS[0][1]
    features = (Feature(0x00, b""), Feature(0xFE, bytes(300)))
    data = seal.signed(seal.unsigned(said, features), bytes(64))

    read = seal.decode(data)

    assert (read.header, read.features, read.signature) == (said, features, bytes(64))
    assert read.signed == data[:-66]


BROKEN = {
    "empty": b"",
    "magic alone": b"\xdc",
    "another magic": b"\xdd" + HEAD[1:] + TAIL,
    "another version": b"\xdc\x04" + HEAD[2:] + TAIL,
    "no signature": HEAD,
    "an empty signature": HEAD + b"\xff\x00",
    "a short signature": HEAD + TAIL[:-1],
    "bytes after the signature": HEAD + TAIL + b"\x00",
    "a feature without a length": HEAD + b"\x02",
    "a feature longer than the seal": HEAD + b"\x02\x7f\x00",
    "definition 0": HEAD[:-2] + b"\x00\x06" + TAIL,
    "category 255": HEAD[:-2] + b"\xfb\xff" + TAIL,
    "a signer of small letters": HEAD[:4] + bytes.fromhex("00010203") + HEAD[8:] + TAIL,
    "a reference of no length": HEAD[:4] + header.c40.encode("DETS00") + HEAD[10:] + TAIL,
    "a length that is none": HEAD[:4] + header.c40.encode("DETS 2") + HEAD[8:] + TAIL,
    "a reference not in hex": HEAD[:8] + header.c40.encode("XY") + HEAD[10:] + TAIL,
    "digits for a state": HEAD[:2] + header.c40.encode("123") + HEAD[4:] + TAIL,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_exactly_one_seal_is_refused(data):
    with pytest.raises(Invalid):
        seal.decode(data)


def test_the_seal_that_is_broken_above_is_whole_without_the_damage():
    assert seal.decode(HEAD + TAIL).header == HEADERS[0][1]


@pytest.mark.parametrize("names", [Names("D", "DET", "32"), Names("D", "DETS", "xyz"), Names("d", "DETS", "32")])
def test_a_header_that_nobody_could_read_is_not_written(names):
    with pytest.raises(Invalid):
        Header(names, FEBRUARY, FEBRUARY, (0x5E, 0x03)).encode()


def test_a_long_reference_does_not_fit_version_3():
    with pytest.raises(Invalid):
        Header(Names("D", "DETS", "123456"), FEBRUARY, FEBRUARY, (0xFB, 0x06), version=3).encode()


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_nothing_else(data):
    with pytest.raises(Invalid):
        seal.decode(data)
    with pytest.raises(Invalid):
        seal.decode(HEAD + data[:-1])
