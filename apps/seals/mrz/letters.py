"""Transliteration tables: ICAO Doc 9303-3 §6 A (Latin), B (Cyrillic). One column each, upper case."""

LATIN = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Ñ": "N", "Ö": "OE", "Ø": "OE", "Ü": "UE", "Þ": "TH",
    "ẞ": "SS", "ß": "SS", "Đ": "D", "Ħ": "H", "ı": "I", "İ": "I", "Ĳ": "IJ", "ĸ": "K", "Ł": "L",
    "Ŀ": "L", "Ŋ": "N", "Œ": "OE", "Ŧ": "T", "Ÿ": "Y",
}  # fmt: skip

CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I",
    "Й": "I", "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T",
    "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ы": "Y",
    "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "Є": "IE", "Ѕ": "DZ", "І": "I", "Ї": "I", "Ј": "J",
    "Љ": "LJ", "Њ": "NJ", "Ќ": "K", "Ў": "U", "Џ": "DZ", "Ґ": "G", "Ғ": "G",
}  # fmt: skip

LETTERS = {**{letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, **LATIN, **CYRILLIC}

APOSTROPHES = frozenset("'’‘ʼʻ`´′")
"""Dropped, and what they part is joined: O'CONNOR is OCONNOR."""

INTERPUNCTS = frozenset("·・•")
"""Between the parts of a minority name. ICAO would drop them; we keep the parts apart."""

COMMAS = frozenset(",，、")
