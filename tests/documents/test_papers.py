"""Nothing of a stranger's PDF survives but what can be seen on its pages (security U2, U4, U5)."""

import io
import random
import shutil
import subprocess
import zlib

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from apps.documents.cleaned import Unusable
from apps.documents.cleaning import clean
from apps.documents.papers import MOST_PAGES, MOST_UNPACKED, strip_jpeg
from apps.documents.statuses import REASONS
from tests.documents.factories import picture
from tests.documents.test_cleaning import with_metadata

EVIL = b"app.alert('evil')"
ACTS = (
    "/OpenAction",
    "/AA",
    "/A",
    "/JS",
    "/JavaScript",
    "/Launch",
    "/EmbeddedFile",
    "/AcroForm",
    "/XFA",
    "/Annots",
    "/URI",
)


def saved(pdf, **options):
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def one_page(pdf, **more):
    """A red square on a page of its own."""
    contents = pdf.make_stream(b"1 0 0 rg 50 50 100 100 re f")
    pdf.add_blank_page(page_size=(200, 300))
    page = pdf.pages[-1].obj
    page.Contents = contents
    for key, value in more.items():
        page["/" + key] = value
    return page


def paper(pages=1, **more):
    pdf = Pdf.new()
    for _ in range(pages):
        one_page(pdf, **more)
    return saved(pdf)


def armed():
    """Everything that can be hung on a PDF."""
    pdf = Pdf.new()
    script = Dictionary(S=Name.JavaScript, JS=pikepdf.String(EVIL.decode()))
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(S=Name.Launch, F="evil.exe")
    )
    page = one_page(pdf, AA=Dictionary(O=script), Annots=Array([pdf.make_indirect(link)]), PieceInfo=Dictionary(X=EVIL))
    form = Stream(pdf, b"q Q")
    form["/Type"], form["/Subtype"], form["/BBox"] = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    form["/Metadata"] = Stream(pdf, b"<x:xmpmeta>evil</x:xmpmeta>")
    form["/OPI"] = Dictionary(F="evil")
    postscript = Stream(pdf, b"(evil) run")
    postscript["/Subtype"] = Name.PS
    page.Resources = Dictionary(XObject=Dictionary(F0=form, P0=postscript), Properties=Dictionary(M=Dictionary(X=EVIL)))
    root = pdf.Root
    root.OpenAction = script
    root.AA = Dictionary(WC=script)
    root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))
    root.AcroForm = Dictionary(Fields=Array(), XFA=Stream(pdf, b"<xdp>evil</xdp>"))
    pdf.attachments["evil.exe"] = b"MZ evil"
    with pdf.open_metadata() as about:
        about["dc:creator"] = ["evil maker"]
    pdf.docinfo["/Author"] = "evil author"
    return saved(pdf, compress_streams=False)


def refused(content):
    with pytest.raises(Unusable) as reason:
        clean(content, kind="paper")
    assert reason.value.code in REASONS
    return reason.value.code


def everything(content):
    """All there is in a PDF, unpacked."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, qdf=True)


def drawn(content, page=0):
    pdf = pypdfium2.PdfDocument(content)
    try:
        return pdf[page].render().to_pil().convert("RGB")
    finally:
        pdf.close()


def test_what_acts_is_gone_and_what_is_seen_is_not():
    dirty = armed()
    assert dirty.count(b"evil") > 8
    made = clean(dirty, kind="paper")
    assert (made.type, made.size) == ("application/pdf", None)
    shown = everything(made.content)
    assert b"evil" not in shown
    assert [name for name in ACTS if name.encode() + b" " in shown] == []
    with Pdf.open(io.BytesIO(made.content)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert set(pdf.trailer.keys()) - {"/Root", "/Size", "/ID"} == set()
    assert drawn(made.content).tobytes() == drawn(dirty).tobytes()
    assert drawn(made.content).getpixel((100, 200)) == (255, 0, 0)


def test_what_stands_around_the_pdf_is_gone():
    made = clean(paper() + b"<script>evil()</script>PK\x03\x04evil", kind="paper").content
    assert b"evil" not in made
    assert made.startswith(b"%PDF-")


def test_the_same_pdf_gives_the_same_bytes():
    dirty = armed()
    assert clean(dirty, kind="paper") == clean(dirty, kind="paper")


def test_pages_keep_their_order_their_turn_and_what_they_inherit():
    pdf = Pdf.new()
    for turn in (0, 90, 180):
        one_page(pdf, Rotate=turn)
        del pdf.pages[-1].obj["/MediaBox"]
    pdf.Root.Pages.MediaBox = Array([0, 0, 200, 300])
    with Pdf.open(io.BytesIO(clean(saved(pdf), kind="paper").content)) as made:
        assert [int(page.obj.Rotate) for page in made.pages] == [0, 90, 180]
        assert [list(map(int, page.mediabox)) for page in made.pages] == [[0, 0, 200, 300]] * 3


def test_a_letter_drawn_by_hand_stays_even_if_its_name_is_that_of_an_action():
    pdf = Pdf.new()
    drawing = pdf.make_stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 750, 750]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(A=drawing),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.A])),
        FirstChar=65,
        LastChar=65,
        Widths=Array([1000]),
    )
    page = one_page(pdf)
    page.Resources = Dictionary(Font=Dictionary(A=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(b"BT /A 100 Tf 50 150 Td (A) Tj ET")
    dirty = saved(pdf)
    made = clean(dirty, kind="paper").content
    assert drawn(made).tobytes() == drawn(dirty).tobytes()
    assert drawn(made).getpixel((80, 120)) == (0, 0, 0)


def with_jpeg(content, **more):
    pdf = Pdf.new()
    image = Stream(pdf, content)
    facts = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 420, "Height": 560, "BitsPerComponent": 8}
    for key, value in (facts | {"ColorSpace": Name.DeviceRGB, "Filter": Name.DCTDecode} | more).items():
        image["/" + key] = value
    page = one_page(pdf)
    page.Contents = pdf.make_stream(b"q 200 0 0 300 0 0 cm /I Do Q")
    page.Resources = Dictionary(XObject=Dictionary(I=image))
    return saved(pdf)


def test_a_photo_inside_keeps_its_pixels_and_forgets_where_it_was_taken(tmp_path):
    dirty = with_jpeg(with_metadata() + b"PK\x03\x04 evil")
    made = clean(dirty, kind="paper").content
    assert b"Maker of the phone" in dirty
    for trace in (b"Maker of the phone", b"<script>", b"a place and a name", b"evil"):
        assert trace not in made
    assert drawn(made).tobytes() == drawn(dirty).tobytes()
    assert drawn(made).getpixel((100, 100)) != (255, 255, 255)


def test_a_reader_of_metadata_finds_none(tmp_path):
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed (Debian: libimage-exiftool-perl)")
    (tmp_path / "made.pdf").write_bytes(clean(with_jpeg(with_metadata()), kind="paper").content)
    command = [
        "exiftool",
        "-ee3",
        "-a",
        "-u",
        "-s",
        "-PDF:all",
        "-XMP:all",
        "-EXIF:all",
        "-IPTC:all",
        str(tmp_path / "made.pdf"),
    ]
    shown = subprocess.run(command, capture_output=True, check=True, timeout=30, text=True).stdout
    assert {line.split(":")[0].strip() for line in shown.splitlines()} <= {"PDFVersion", "Linearized", "PageCount"}


def test_a_progressive_jpeg_loses_what_stands_between_its_scans():
    whole = picture(progressive=True)
    second = whole.index(b"\xff\xda", whole.index(b"\xff\xda") + 2)
    second = whole.rindex(b"\xff\xc4", 0, second) if b"\xff\xc4" in whole[second - 60 : second] else second
    dirty = whole[:second] + b"\xff\xfe\x00\x06evil" + whole[second:]
    assert strip_jpeg(whole) == strip_jpeg(dirty)
    assert b"evil" not in strip_jpeg(dirty)


def locked():
    pdf = Pdf.new()
    one_page(pdf)
    return saved(pdf, encryption=pikepdf.Encryption(owner="owner", user="user"))


def bomb(filters, content, **more):
    pdf = Pdf.new()
    stream = Stream(pdf, content)
    stream["/Filter"] = filters
    for key, value in more.items():
        stream["/" + key] = value
    page = one_page(pdf)
    page.Resources = Dictionary(XObject=Dictionary(X=stream))
    return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def zeros(size):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(size // 2**20)) + packer.flush()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: bomb(Name.FlateDecode, zeros(MOST_UNPACKED + 2**21)), "pdf_too_complex"),
        (lambda: bomb(Array([Name.FlateDecode, Name.FlateDecode]), zlib.compress(zeros(2**26))), "pdf_too_complex"),
        (lambda: bomb(Name.RunLengthDecode, b"\x81\x00" * 3_000_000), "pdf_too_complex"),
        (lambda: bomb(Name.JBIG2Decode, b"x"), "pdf_too_complex"),
        (lambda: bomb(Name.JPXDecode, b"x"), "pdf_too_complex"),
        (lambda: bomb(Name.LZWDecode, b"x"), "pdf_too_complex"),
        (lambda: bomb(Name.CCITTFaxDecode, b"x", Width=100_000, Height=100_000), "pdf_too_complex"),
        (lambda: paper(MOST_PAGES + 1), "pdf_too_many_pages"),
        (lambda: saved(Pdf.new()), "pdf_damaged"),
        (locked, "pdf_locked"),
        (lambda: b"%PDF-1.7\n", "pdf_damaged"),
        (lambda: b"%PDF-1.7\nPK\x03\x04" + bytes(500), "pdf_damaged"),
        (lambda: b"%PDF-1.7\n<html><script>evil()</script>", "pdf_damaged"),
        (lambda: with_jpeg(b"<script>evil()</script>"), "pdf_damaged"),
    ],
    ids=[
        "flate",
        "flate2",
        "run",
        "jbig2",
        "jpx",
        "lzw",
        "fax",
        "pages",
        "none",
        "locked",
        "head",
        "zip",
        "html",
        "image",
    ],
)
def test_a_bomb_or_a_lie_is_refused(make, code):
    assert refused(make()) == code


def test_a_pdf_is_no_photo():
    with pytest.raises(Unusable) as reason:
        clean(paper(), kind="photo")
    assert reason.value.code == "not_a_picture"


def outcome(content):
    try:
        return clean(content, kind="paper").type
    except Unusable as reason:
        return reason.code


def test_a_broken_pdf_never_raises_anything_else():
    whole, chance = [armed(), with_jpeg(with_metadata())], random.Random(2026)
    for _ in range(60):
        broken = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert outcome(bytes(broken)) in {"application/pdf", *REASONS}
