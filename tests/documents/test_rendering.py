"""Data and a template become a PDF/A, or a reason that names nobody."""

import io
import logging
import threading

import pypdfium2
import pytest
from PIL import Image

from apps.documents import rendering
from apps.documents.rendering import GlyphMissing, Unprintable, render
from tests.documents.factories import picture

CREATED = {"created_at": "2026-12-01T09:00:00+01:00"}
TEMPLATE = """
#import "shared.typ": shout
#let data = json("data.json")
#set document(title: "T", date: auto)
#set text(font: ("Libertinus Serif", "Noto Sans SC"))
#shout(data.name) #text(font: "OCR B")[#data.at("mrz", default: "<")]
#if "photo" in data { image("photo.svg", width: 3cm) }
"""


@pytest.fixture
def template(tmp_path):
    (tmp_path / "shared.typ").write_text("#let shout(it) = strong(it)")
    path = tmp_path / "page.typ"
    path.write_text(TEMPLATE)
    return path


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range()
    finally:
        document.close()


def made(template, images=None, **data):
    return render(template=template, data=CREATED | data, images=images or {})


def test_chinese_and_machine_readable_text_can_be_read_back(template):
    text = text_of(made(template, name="欧阳晓晴", mrz="PUCHNLYU<<XIAOQING"))
    assert "欧阳晓晴" in text
    assert "PUCHNLYU<<XIAOQING" in text


def test_it_says_that_it_is_a_pdf_a_2b(template):
    pdf = made(template, name="李")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_the_same_data_gives_the_same_bytes(template):
    assert made(template, name="李") == made(template, name="李")
    assert made(template, name="李") != made(template, name="王")


def test_its_date_comes_from_the_data(template):
    document = pypdfium2.PdfDocument(made(template, name="李"))
    try:
        assert document.get_metadata_dict()["CreationDate"].startswith("D:20261201080000")
    finally:
        document.close()


@pytest.mark.parametrize("name", ["䶮", "㛃", "龘", "𬭬", "𠮷", "阿卜杜拉·买买提", "Ångström", "Nguyễn"])
def test_rare_characters_are_printed(template, name):
    assert name in text_of(made(template, name=name))


@pytest.mark.parametrize(
    "name",
    ["张\U0002a6a5", "\U000323af", "ก", "李\ue000", "李\x07", "李\0", "李\ud800", "李\n娜", "\U00010ffff"[:1]],
    ids=["ext-b", "ext-h", "thai", "private", "bell", "nul", "surrogate", "newline", "unassigned"],
)
def test_a_character_without_a_glyph_is_refused_and_nobody_named(template, name, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(GlyphMissing) as refused:
        made(template, name=f"Secretname{name}")
    assert refused.value.code == "glyph_missing"
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "Secretname" not in str(refused.value) + repr(refused.value) + caplog.text


def test_a_refusal_does_not_spoil_the_next_document(template):
    with pytest.raises(GlyphMissing):
        made(template, name="ก")
    assert "李" in text_of(made(template, name="李"))


def test_a_character_hidden_in_a_list_is_found(template):
    with pytest.raises(GlyphMissing):
        made(template, name="李", places=[{"city": ("北京", "\ue001")}])


def test_data_that_does_not_fit_the_template_is_refused(template):
    with pytest.raises(Unprintable):
        made(template, nobody="李")


def test_a_template_reaches_nothing_outside_its_folder(template):
    template.write_text('#read("/etc/hostname") #json("data.json").name')
    with pytest.raises(Unprintable):
        made(template, name="李")


def test_a_jpeg_is_embedded_as_it_is(template):
    photo = picture((330, 480))
    pdf = made(template, name="李", photo=True, images={"photo": photo})
    assert photo[-400:] in pdf
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[0].render(scale=1).to_pil()
    finally:
        document.close()
    assert (120, 120, 120) in {colour for _, colour in image.getcolors(1 << 20)}


def test_a_png_is_drawn_too(template):
    out = io.BytesIO()
    Image.new("RGB", (10, 10), (10, 200, 30)).save(out, "PNG")
    assert b"/Image" in made(template, name="李", photo=True, images={"photo": out.getvalue()})


def test_a_drawing_may_begin_with_its_declaration(template):
    drawn = b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
    assert made(template, name="李", photo=True, images={"photo": drawn}).startswith(b"%PDF")


def test_fonts_are_embedded_and_the_compiler_is_kept(template):
    pdf = made(template, name="李", mrz="<<")
    assert b"NotoSansSC" in pdf
    assert b"OCRB" in pdf
    kept = rendering._compiler.cache_info().currsize
    made(template, name="王")
    assert rendering._compiler.cache_info().currsize == kept == 1


def test_threads_take_turns(template):
    made_here = []

    def work(name):
        made_here.append((name, text_of_pdf(made(template, name=name))))

    lock = threading.Lock()

    def text_of_pdf(pdf):
        with lock:  # pdfium itself is not for threads
            return text_of(pdf)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("赵", "钱", "孙", "李")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made_here) == 4
    assert all(name in text for name, text in made_here)
