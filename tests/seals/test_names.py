"""From written names to components: ICAO Doc 9303-3 §4.6, §6, and the rules for pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals.mrz.names import ICAO, PINYIN, components
from apps.seals.mrz.truncation import fit

ICAO_EXAMPLES = [
    ("Heng", "Deborah Ming Lo", "HENG<<DEBORAH<MING<LO"),
    ("Smith-Jones", "Susie Margaret", "SMITH<JONES<<SUSIE<MARGARET"),
    ("O'Connor", "Enya Siobhan", "OCONNOR<<ENYA<SIOBHAN"),
    ("van der Muellen", "Martin", "VAN<DER<MUELLEN<<MARTIN"),
    ("Al-Basri", "Huda Muhammad Jawad", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD"),
    ("Vilarchão Fernandez", "José Ramón", "VILARCHAO<FERNANDEZ<<JOSE<RAMON"),
    ("Arkfreith", "", "ARKFREITH"),
    ("Satriya Sudarpa", "", "SATRIYA<SUDARPA"),
    ("Papandropoulous", "Jonathon Warren Trevor", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
]


@pytest.mark.parametrize(("surname", "given_names", "field"), ICAO_EXAMPLES)
def test_the_names_of_part_4(surname, given_names, field):
    primary, secondary = (components(name, romanisation=ICAO) for name in (surname, given_names))

    assert fit(primary, secondary, 39) == field.ljust(39, "<")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Lü", "LYU"),
        ("lǚ", "LYU"),
        ("Nü", "NYU"),
        ("Lüe", "LUE"),
        ("Nüe", "NUE"),
        ("Lü'er", "LYUER"),
        ("Xü", "XU"),
        ("Ouyang", "OUYANG"),
        ("zhāng", "ZHANG"),
        ("Müller", "MUELLER"),
    ],
)
def test_the_rule_for_ü_in_pinyin(written, printed):
    assert components(written, romanisation=PINYIN) == [printed]


def test_outside_pinyin_ü_is_ue():
    assert components("Lüders", romanisation=ICAO) == ["LUEDERS"]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Aynur·Memet", ["AYNUR", "MEMET"]),
        ("Aynur•Memet", ["AYNUR", "MEMET"]),
        ("Aynur・Memet", ["AYNUR", "MEMET"]),
        ("D’Artagnan", ["DARTAGNAN"]),
        ("Jean‐Luc", ["JEAN", "LUC"]),
        ("Jean\u2014Luc", ["JEAN", "LUC"]),
        ("Jones, Jr.", ["JONES", "JR"]),
        ("J. R.", ["J", "R"]),
        ("  A   B  ", ["A", "B"]),
        ("A<B", ["A", "B"]),
        ("", []),
    ],
)
def test_what_parts_words_and_what_joins_them(written, parts):
    assert components(written, romanisation=ICAO) == parts


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("ÄÅÆÐÑÖØÜÞ", "AEAAAEDNOEOEUETH"),
        ("ßẞ", "SSSS"),
        ("ĐĦıİĲĸŁĿŊŒŦŸ", "DHIIIJKLLNOETY"),
        ("ÀÉÎÕÚÝ", "AEIOUY"),
        ("čĞŞțž", "CGSTZ"),
        ("Ǿ", "OE"),
        ("Nguyễn", "NGUYEN"),
        ("X\u030c", "X"),
        ("Щёголева", "SHCHEGOLEVA"),
        ("Объедков", "OBIEEDKOV"),
        ("Мельник", "MELNIK"),
        ("ЄЅІЇЈЉЊЌЎЏҐҒ", "IEDZIIJLJNJKUDZGG"),
    ],
)
def test_the_tables_of_part_3(written, printed):
    assert "".join(components(written, romanisation=ICAO)) == printed


@pytest.mark.parametrize(
    ("name", "code_point"),
    [
        ("张", "U+5F20"),
        ("A\x00", "U+0000"),
        ("Ａ", "U+FF21"),
        ("A\ud800", "U+D800"),
        ("A😀", "U+1F600"),
        ("Ω", "U+03A9"),
    ],
)
def test_what_has_no_transliteration_is_named_and_never_dropped(name, code_point):
    with pytest.raises(Invalid) as refused:
        components(name, romanisation=ICAO)

    assert refused.value.code == "mrz_name_character"
    assert code_point in str(refused.value)


@pytest.mark.parametrize("name", ["Henry8", "٣", "８"])
def test_digits_are_no_part_of_a_name(name):
    with pytest.raises(Invalid) as refused:
        components(name, romanisation=ICAO)

    assert refused.value.code == "mrz_name_digit"


def test_an_endless_name_is_refused():
    with pytest.raises(Invalid) as refused:
        components("A" * 501, romanisation=ICAO)

    assert refused.value.code == "mrz_name_too_long"


@given(st.text(max_size=40), st.sampled_from([PINYIN, ICAO]))
def test_any_text_is_letters_or_a_refusal(name, romanisation):
    try:
        parts = components(name, romanisation=romanisation)
    except Invalid as refused:
        assert refused.code.startswith("mrz_name_")
    else:
        assert all(part.isascii() and part.isalpha() and part.isupper() for part in parts)
