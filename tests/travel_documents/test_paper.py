"""The sheet a border officer holds: everything on it, where it belongs, and readable by machine."""

import io
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from apps.documents.rendering import GlyphMissing, Unprintable
from apps.seals.datamatrix import PIXELS_PER_MODULE, as_png
from apps.travel_documents.paper import LEAST_MODULE_MM, Sheet, sheet
from tests.documents.factories import picture

MRZ = ("PUCHNLYU<<XIAOQING<<<<<<<<<<<<<<<<<<", "L000000177CHN8503150F2612317<<<<<<<0")
SEAL = bytes(range(136))
PHOTO = picture((780, 1134), colour=(30, 160, 90))
DPI = 300
MM = DPI / 25.4
WHOLE = Sheet(
    number="L00000017",
    surname="LYU",
    given_names="XIAOQING",
    chinese_name="吕晓晴",
    sex="F",
    born_on=date(1985, 3, 15),
    place_of_birth="浙江 / ZHEJIANG",
    issued_on=date(2026, 12, 1),
    expires_on=date(2026, 12, 31),
    place_of_issue="巴黎 / PARIS",
    authority_zh="中华人民共和国驻法兰西共和国大使馆",
    authority_en="Embassy of the People’s Republic of China in the French Republic",
    destination="北京 / BEIJING",
    transit=("法兰克福 / FRANKFURT", "赫尔辛基 / HELSINKI"),
    lost_passport="E12345678",
    mrz=MRZ,
    created_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
)


def symbol(content=SEAL):
    return as_png(content)


def made(**changes):
    return sheet(data=replace(WHOLE, **changes), photo=PHOTO, seal=symbol())


class Page:
    """A PDF as a reader and as a scanner see it."""

    def __init__(self, pdf):
        self.pdf = pdf
        with pypdfium2.PdfDocument(pdf) as document:
            self.count = len(document)
            self.size = document[0].get_size()
            self.title = document.get_metadata_dict()["Title"]
            self.text = document[0].get_textpage().get_text_range()

    @cached_property
    def image(self):
        with pypdfium2.PdfDocument(self.pdf) as document:
            return document[0].render(scale=DPI / 72).to_pil().convert("RGB")

    @cached_property
    def codes(self):
        return zxingcpp.read_barcodes(self.image)

    def line(self, line):
        """The characters of a line with their boxes: left, bottom, right, top, in mm from the lower left corner."""
        with pypdfium2.PdfDocument(self.pdf) as document:
            page = document[0].get_textpage()
            everything = [page.get_text_range(k, 1) for k in range(page.count_chars())]
            at = "".join(c or " " for c in everything).index(line)
            return [(c, tuple(v * 25.4 / 72 for v in page.get_charbox(at + k))) for k, c in enumerate(line)]


@pytest.fixture(scope="module")
def page():
    return Page(made())


def test_it_is_one_a4_page_called_emergency(page):
    assert page.count == 1
    assert [round(side * 25.4 / 72) for side in page.size] == [210, 297]
    assert "Emergency" in page.title
    assert "应急旅行证" in page.text
    assert "EMERGENCY TRAVEL DOCUMENT" in page.text


@pytest.mark.parametrize(
    "printed",
    ["L00000017", "LYU", "XIAOQING", "吕晓晴", "女 / F", "中国 / CHINESE", "15 3月 / MAR 1985", "浙江 / ZHEJIANG",
     "01 12月 / DEC 2026", "31 12月 / DEC 2026", "巴黎 / PARIS", "法兰克福 / FRANKFURT，赫尔辛基 / HELSINKI",
     "北京 / BEIJING", "中华人民共和国驻法兰西共和国大使馆", "Embassy of the People’s Republic of China",
     "单次有效", "SINGLE JOURNEY", "一次 / ONE"],
)  # fmt: skip
def test_every_field_is_printed(page, printed):
    assert printed in page.text


@pytest.mark.parametrize(
    ("zh", "en"),
    [("姓", "Surname"), ("名", "Given names"), ("中文姓名", "Name in Chinese"), ("性别", "Sex"),
     ("国籍", "Nationality"),
     ("出生日期", "Date of birth"), ("出生地点", "Place of birth"), ("签发日期", "Date of issue"),
     ("有效期至", "Date of expiry"), ("签发地点", "Place of issue"), ("签发机关", "Issuing authority"),
     ("途经", "Transit points"), ("最终目的地", "Final destination"), ("证件号码", "Document No."),
     ("已报失护照", "Passport reported lost"), ("签发官员", "Officer"), ("盖章处", "Official seal")],
)  # fmt: skip
def test_every_label_is_in_both_languages(page, zh, en):
    assert zh in page.text
    assert en in page.text


@pytest.mark.parametrize(
    "condition",
    ["single journey to China", "Retained by the border authority on entry", "never extended", "must not be used",
     "入境时由边防检查机关收存", "不予延期"],
)  # fmt: skip
def test_the_conditions_of_a_single_sheet_are_printed(page, condition):
    assert condition in page.text


def test_the_lost_passport_is_named_but_not_given_away(page):
    assert "E12***678" in page.text
    assert "E12345678" not in page.text


def test_both_machine_readable_lines_are_printed(page):
    assert all(line in page.text for line in MRZ)


def test_the_machine_readable_zone_has_ten_characters_an_inch(page):
    for line in MRZ:
        letters = page.line(line)
        middles = [(left + right) / 2 for _, (left, _, right, _) in letters]
        pitch = (middles[-1] - middles[0]) / 35
        assert pitch == pytest.approx(2.54, abs=0.02)
        assert letters[0][1][0] == pytest.approx(6.0, abs=1.0)


def test_the_machine_readable_lines_lie_where_a_reader_looks(page):
    """Centres 15.75 mm and 9.40 mm above the lower edge; nothing but them within the zone (Doc 9303-3 §4.2)."""
    for line, height in zip(MRZ, (15.75, 9.40), strict=True):
        capitals = [box for c, box in page.line(line) if c in "LNH"]
        assert all((bottom + top) / 2 == pytest.approx(height, abs=0.15) for _, bottom, _, top in capitals)
    zone = page.image.crop((0, int(page.image.height - 22 * MM), page.image.width, page.image.height))
    right = zone.crop((int(100 * MM), 0, zone.width, zone.height))
    assert right.getcolors() == [(right.width * right.height, (255, 255, 255))]
    assert len(zone.convert("L").point(lambda v: 0 if 60 < v < 200 else 255).getcolors()) <= 2


def test_the_seal_is_read_back_byte_for_byte(page):
    assert [(code.format, code.bytes) for code in page.codes] == [(zxingcpp.BarcodeFormat.DataMatrix, SEAL)]


def test_the_modules_of_the_seal_are_large_enough(page):
    corners = page.codes[0].position
    wide = abs(corners.top_right.x - corners.top_left.x) / MM
    modules = Image.open(io.BytesIO(symbol())).width // PIXELS_PER_MODULE - 2
    assert wide / modules >= LEAST_MODULE_MM
    assert wide / modules == pytest.approx(0.75, abs=0.02)


def test_the_seal_stands_on_white(page):
    corners = page.codes[0].position
    left, top = corners.top_left.x, corners.top_left.y
    size = corners.top_right.x - left
    module = 0.75 * MM
    for dx in (-2, 0.5, size / module - 0.5, size / module + 2):
        assert page.image.getpixel((int(left + dx * module), int(top - 2 * module))) == (255, 255, 255)


@pytest.mark.parametrize("size", [60, 134, 200])
def test_seals_of_other_sizes_fit_too(size):
    content = os.urandom(size)
    pdf = sheet(data=WHOLE, photo=PHOTO, seal=symbol(content))
    assert [code.bytes for code in Page(pdf).codes] == [content]


def test_a_scan_in_grey_at_half_the_resolution_still_reads(page):
    small = page.image.convert("L").resize((page.image.width // 2, page.image.height // 2), Image.Resampling.BILINEAR)
    assert [code.bytes for code in zxingcpp.read_barcodes(small)] == [SEAL]


def test_the_ornament_covers_the_sheet_down_to_the_machine_readable_zone(page):
    edge = page.image.crop((int(2 * MM), 0, int(10 * MM), int(273 * MM)))
    strips = [edge.crop((0, top, edge.width, top + int(5 * MM))) for top in range(0, edge.height - 59, 59)]
    assert all(len(strip.getcolors(1 << 20)) > 1 for strip in strips)
    head = page.image.crop((int(14 * MM), int(12 * MM), int(38 * MM), int(42 * MM)))
    assert any(red > 150 and green < 60 for _, (red, green, _) in head.getcolors(1 << 20))


def test_the_photo_is_33_by_48_millimetres(page):
    left, top, right, bottom = bounds(page.image, (30, 160, 90))
    assert (right - left) / MM == pytest.approx(33, abs=0.4)
    assert (bottom - top) / MM == pytest.approx(48, abs=0.4)


def bounds(image, colour):
    """Where a colour is, a few steps either way."""
    parts = [
        part.point(lambda v, c=c: 255 if abs(v - c) < 6 else 0) for part, c in zip(image.split(), colour, strict=True)
    ]
    both = Image.composite(parts[1], Image.new("L", image.size), parts[0])
    return Image.composite(parts[2], Image.new("L", image.size), both).getbbox()


def test_a_specimen_says_so_in_both_languages(page):
    specimen = Page(made(specimen=True))
    assert "SPECIMEN" not in page.text
    assert "样本 SPECIMEN" in specimen.text
    assert [code.bytes for code in specimen.codes] == [SEAL]
    assert all(line in specimen.text for line in MRZ)


def test_the_same_sheet_is_the_same_file():
    assert made() == made()


def test_what_is_not_known_is_a_dash():
    text = Page(made(given_names="", lost_passport="", transit=(), chinese_name="")).text
    assert text.count("—") == 3
    assert "无 / NONE" in text


LONG = {
    "surname": "NILAVADHANANANDA BENNELONG WOOLOOMOOLOO",
    "given_names": "CHAYAPA DEJTHAMRONG KRASUANG WARRANDYTE WARNAMBOOL",
    "chinese_name": "阿卜杜拉·买买提江·吐尔逊·依力哈木·阿不都热依木",
    "place_of_birth": "新疆维吾尔自治区伊犁哈萨克自治州 / XINJIANG UYGUR AUTONOMOUS REGION",
    "place_of_issue": "圣但尼（留尼汪） / SAINT-DENIS",
    "authority_en": "Consulate General of the People’s Republic of China in Saint-Denis (Réunion), French Republic",
    "transit": ("法兰克福 / FRANKFURT", "伊斯坦布尔 / ISTANBUL", "阿布扎比 / ABU DHABI"),
}


@pytest.mark.parametrize("field", LONG)
def test_long_text_shrinks_and_stays_whole(field):
    pdf = Page(made(**{field: LONG[field]}))
    whole = "，".join(LONG[field]) if isinstance(LONG[field], tuple) else LONG[field]
    assert pdf.count == 1
    assert whole.replace(" ", "") in "".join(pdf.text.split())


def test_the_longest_of_everything_still_fits():
    assert [code.bytes for code in Page(made(**LONG)).codes] == [SEAL]


def test_what_cannot_fit_is_refused_and_not_cut():
    with pytest.raises(Unprintable):
        made(place_of_birth="新疆 / XINJIANG " * 60)
    with pytest.raises(Unprintable):
        made(surname="A" * 400)


def test_a_name_without_glyphs_is_refused():
    with pytest.raises(GlyphMissing):
        made(chinese_name="张\U0002a6a5")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mrz": (MRZ[0], MRZ[1][:-1])}, "mrz_unprintable"),
        ({"mrz": (MRZ[0].lower(), MRZ[1])}, "mrz_unprintable"),
        ({"number": "L00000018"}, "mrz_of_another_document"),
        ({"expires_on": date(2027, 1, 1)}, "mrz_of_another_document"),
    ],
)
def test_the_lines_must_belong_to_the_document(changes, code):
    with pytest.raises(Unprintable) as refused:
        made(**changes)
    assert refused.value.code == code


@pytest.mark.parametrize("picture", [b"", b"<svg/>", symbol(os.urandom(1200)), PHOTO])
def test_a_seal_that_would_be_too_fine_to_read_is_refused(picture):
    with pytest.raises(Unprintable) as refused:
        sheet(data=WHOLE, photo=PHOTO, seal=picture)
    assert refused.value.code == "seal_unprintable"


def test_it_says_that_it_is_a_pdf_a_2b():
    assert b"<pdfaid:part>2</pdfaid:part>" in made()


def test_a_photo_of_another_shape_is_cropped_and_not_stretched():
    out = io.BytesIO()
    photo = Image.new("RGB", (600, 800), (30, 160, 90))
    photo.paste((200, 30, 30), (200, 300, 400, 500))
    photo.save(out, "JPEG", quality=95, subsampling=0)
    image = Page(sheet(data=WHOLE, photo=out.getvalue(), seal=symbol())).image
    left, top, right, bottom = bounds(image.crop((0, 0, image.width // 3, image.height)), (200, 30, 30))
    assert (right - left) == pytest.approx(bottom - top, rel=0.03)


def test_under_ten_nobody_is_asked_to_sign_the_document():
    child, bearer = Page(made(signs=False)), Page(made())
    assert "Signature of bearer" in bearer.text
    assert "Signature of bearer" not in child.text
    assert "no signature" in child.text
