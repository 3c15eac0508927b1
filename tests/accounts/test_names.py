import unicodedata

import pytest

from apps.accounts.names import printed, written
from apps.kernel.errors import Invalid


@pytest.mark.parametrize(
    "name",
    [
        "李娜",
        "欧阳娜娜",
        "𠮷田",  # Extension B
        "龚䶮",  # Extension A
        "王\U0002b740",  # Extension D
        "李\U00030000",  # Extension G, plane 3
        "李\U00031350",  # Extension H, newer than this Python
        "李\U000323b0",  # Extension J
        "李〇",
        "佟",
        "阿不都热西提·吐尔逊",
        "米" * 49 + "·" + "买" * 50,
        "O'Brien Mary-Ann",
        "ئەنۋەر",
    ],
)
def test_a_name_is_kept_as_it_is(name):
    assert written.read(name) == name


@pytest.mark.parametrize("dot", "•・･‧⋅∙⸱․﹒．●.\u0387")
def test_whatever_looks_like_an_interpunct_becomes_one(dot):
    assert written.read(f"迪丽热巴{dot}迪力木拉提") == "迪丽热巴·迪力木拉提"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  李 娜 ", "李娜"),
        ("李\u3000娜", "李娜"),
        ("迪丽热巴 · 迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("Anna   Li", "Anna Li"),
        ("O’Brien", "O'Brien"),
        ("e\u0301", "é"),
    ],
)
def test_spaces_and_spellings_of_one_thing_are_tidied(typed, name):
    assert written.read(typed) == name


def test_a_name_is_composed_but_never_folded():
    assert written.read("ﬁ") == "ﬁ"
    assert unicodedata.normalize("NFKC", "ﬁ") == "fi"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_empty"),
        ("   ", "name_empty"),
        ("李" * 101, "name_too_long"),
        ("李娜2", "name_digit"),
        ("李２", "name_digit"),
        ("李\ue863", "name_private_use"),
        ("李\U000f0000", "name_private_use"),
        ("李\u200b娜", "name_character"),
        ("李\u202e娜", "name_character"),
        ("李\x07娜", "name_character"),
        ("李\u3164", "name_character"),
        ("李\ufe00", "name_character"),
        ("李\U000e0100", "name_character"),
        ("李@娜", "name_character"),
        ("李😀", "name_character"),
        ("⿰李娜", "name_character"),
        ("李\U0002fffe", "name_character"),
        ("·李", "name_dot"),
        ("李·", "name_dot"),
        ("李··娜", "name_dot"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(name, code):
    with pytest.raises(Invalid) as refused:
        written.read(name)
    assert refused.value.code == code
    assert str(refused.value.detail)


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("LI", "LI"),
        ("li", "LI"),
        ("  Mary  Ann ", "MARY ANN"),
        ("MARY-ANN", "MARY-ANN"),
        ("O’BRIEN", "O'BRIEN"),
        ("", ""),
    ],
)
def test_a_printed_spelling_is_in_capitals(typed, spelling):
    assert printed.read(typed) == spelling


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("LÜ", "spelling_umlaut"),
        ("lü", "spelling_umlaut"),
        ("李", "spelling_letters"),
        ("L1", "spelling_letters"),
        ("ＬＩ", "spelling_letters"),
        ("ß", "spelling_letters"),
        ("-LI", "spelling_letters"),
        ("LI--NA", "spelling_letters"),
        ("L·I", "spelling_letters"),
        ("A" * 101, "spelling_too_long"),
    ],
)
def test_a_passport_prints_nothing_but_capitals(typed, code):
    with pytest.raises(Invalid) as refused:
        printed.read(typed)
    assert refused.value.code == code


def test_the_primary_identifier_is_never_empty():
    with pytest.raises(Invalid) as refused:
        printed.read_surname(" ")
    assert refused.value.code == "surname_empty"
