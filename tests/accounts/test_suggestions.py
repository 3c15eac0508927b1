import pytest

from apps.accounts.names import printed, written
from apps.accounts.names.suggestion import suggest


@pytest.mark.parametrize(
    ("name", "surname", "given_names"),
    [
        ("李娜", "LI", "NA"),
        ("曾志伟", "ZENG", "ZHIWEI"),
        ("单田芳", "SHAN", "TIANFANG"),
        ("查良镛", "ZHA", "LIANGYONG"),
        ("仇英", "QIU", "YING"),
        ("朴树", "PIAO", "SHU"),
        ("区志航", "OU", "ZHIHANG"),
        ("解缙", "XIE", "JIN"),
        ("任盈盈", "REN", "YINGYING"),
        ("翟天临", "ZHAI", "TIANLIN"),
        ("吕布", "LYU", "BU"),
        ("女娲", "NYU", "WA"),
        ("王略", "WANG", "LUE"),
        ("王绿女", "WANG", "LYUNYU"),
        ("徐居", "XU", "JU"),
        ("尉迟恭", "YUCHI", "GONG"),
        ("万俟卨", "MOQI", "XIE"),
        ("长孙无忌", "ZHANGSUN", "WUJI"),
        ("欧阳娜娜", "OUYANG", "NANA"),
        ("闾丘露薇", "LYUQIU", "LUWEI"),
        ("单于敏", "CHANYU", "MIN"),
        ("爱新觉罗溥仪", "AIXINJUELUO", "PUYI"),
        ("龚䶮", "GONG", "YAN"),
        ("佟", "TONG", ""),
        ("迪丽热巴·迪力木拉提", "DILIREBA", "DILIMULATI"),
    ],
)
def test_names_are_spelled_as_passports_print_them(name, surname, given_names):
    guess = suggest(name)
    assert (guess.surname, guess.given_names) == (surname, given_names)
    assert guess.unread == ()


@pytest.mark.parametrize("name", ["李娜", "曾志伟", "吕布", "欧阳娜娜", "佟"])
def test_an_ordinary_name_is_not_doubted(name):
    assert not suggest(name).unsure


@pytest.mark.parametrize("name", ["乐嘉", "欧阳", "陈方安生", "迪丽热巴·迪力木拉提", "Anna Li", "Anna", "𠮷田"])
def test_a_guess_that_may_be_wrong_says_so(name):
    assert suggest(name).unsure


def test_characters_without_a_reading_are_named_and_left_out():
    guess = suggest("李𠮷娜")
    assert (guess.surname, guess.given_names, guess.unread) == ("LI", "NA", ("𠮷",))


def test_a_surname_without_a_reading_is_left_to_the_person():
    guess = suggest("𠮷娜")
    assert (guess.surname, guess.unread, guess.unsure) == ("", ("𠮷",), True)


def test_older_spellings_of_lyu_are_offered_because_old_passports_have_them():
    assert suggest("吕布").also == ("LU", "LV")
    assert suggest("闾丘露薇").also == ("LUQIU", "LVQIU")


def test_families_that_read_their_name_otherwise_find_theirs():
    assert suggest("乐嘉").surname == "YUE"
    assert suggest("乐嘉").also == ("LE",)


def test_a_latin_v_is_no_umlaut():
    assert suggest("Vera Vi").surname == "VERA"
    assert suggest("Vera Vi").given_names == "VI"


@pytest.mark.parametrize(
    "name", ["米" * 100, "米" * 50 + "·" + "双" * 49, "·".join(["买"] * 50), "〇" * 100, "A" * 100]
)
def test_the_longest_names_still_get_a_spelling_that_can_be_saved(name):
    guess = suggest(written.read(name))
    assert printed.read_surname(guess.surname) == guess.surname
    assert printed.read(guess.given_names) == guess.given_names
    assert guess.unsure
