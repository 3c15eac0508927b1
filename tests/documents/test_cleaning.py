"""Nothing of what a stranger sent survives but the pixels (security U2, U3, U5; R24)."""

import io
import json
import random
import re
import shutil
import struct
import subprocess
import zipfile
import zlib

import pytest
from PIL import Image, ImageCms

from apps.documents.cleaned import Unusable
from apps.documents.cleaning import LONGEST_SIDE, MOST_SCANS, clean
from apps.documents.statuses import REASONS
from tests.documents.factories import picture

MARKERS_OF_METADATA = {0xE1: "EXIF or XMP", 0xE2: "ICC", 0xED: "IPTC", 0xFE: "comment"}


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def segments(jpeg):
    """The markers of a JPEG up to its first scan."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return found


def zipped(name="run.php", content=b"<?php evil();"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def with_metadata():
    """A photo as a phone takes it, and a little more."""
    image = Image.new("RGB", (420, 560), (200, 180, 160))
    exif = image.getexif()
    exif[0x010F] = "Maker of the phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    out = io.BytesIO()
    image.save(
        out,
        "JPEG",
        exif=exif,
        comment=b"<script>alert(1)</script>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        xmp=b"<x:xmpmeta>a place and a name</x:xmpmeta>",
    )
    return out.getvalue()


def refused(content, kind="paper"):
    with pytest.raises(Unusable) as reason:
        clean(content, kind=kind)
    assert reason.value.code in REASONS
    return reason.value.code


def test_no_metadata_survives():
    dirty = with_metadata()
    assert {0xE1, 0xE2, 0xFE} <= set(segments(dirty))
    made = clean(dirty, kind="photo").content
    assert [MARKERS_OF_METADATA[m] for m in segments(made) if m in MARKERS_OF_METADATA] == []
    image = opened(made)
    assert not dict(image.getexif())
    assert {"exif", "icc_profile", "comment", "xmp", "photoshop"}.isdisjoint(image.info)


@pytest.mark.parametrize(
    ("payload", "trace"),
    [
        (zipped(), b"evil"),
        (b"<html><script>alert(1)</script></html>", b"<script>"),
        (b"<?php system($_GET['c']);", b"<?php"),
        (b"%PDF-1.7 1 0 obj <</S /JavaScript>>", b"JavaScript"),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", b"EICAR"),
    ],
    ids=["zip", "html", "php", "pdf", "virus"],
)
def test_what_hangs_behind_the_picture_is_gone(payload, trace):
    polyglot = picture() + payload
    made = clean(polyglot, kind="photo").content
    assert trace in polyglot
    assert trace not in made
    assert made.endswith(b"\xff\xd9")


def test_a_comment_inside_the_picture_is_gone():
    polyglot = picture(comment=b"<?php evil(); ?>" + zipped())
    assert b"evil" in polyglot
    assert b"evil" not in clean(polyglot, kind="photo").content


def test_text_in_a_png_is_gone():
    png = picture(kind="PNG")
    text = b"tEXtComment\0<script>alert(1)</script>"
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    dirty = png[:33] + chunk + png[33:]
    assert opened(dirty).info["Comment"].startswith("<script>")
    assert b"script" not in clean(dirty, kind="photo").content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (picture(kind="GIF"), "not_a_picture"),
        (picture(kind="BMP"), "not_a_picture"),
        (picture(kind="TIFF"), "not_a_picture"),
        (picture(kind="WEBP"), "not_a_picture"),
        (b"GIF89a/*" + b"alert(1)//*/", "not_a_picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_picture"),
        (zipped() + b"%PDF-1.7", "not_a_picture"),
        (b"%PDF-1.7\n" + picture(), "pdf_damaged"),
        (b"", "not_a_picture"),
        (b"\xff\xd8\xff", "picture_damaged"),
        (picture()[:900], "picture_damaged"),
        (picture(kind="PNG")[:60], "picture_damaged"),
    ],
    ids=["gif", "bmp", "tiff", "webp", "gif-js", "svg", "zip-pdf", "pdf-jpeg", "empty", "start", "cut-jpeg", "cut-png"],
)
def test_anything_but_a_whole_jpeg_or_png_is_refused(content, code):
    assert refused(content) == code


def png_that_claims(width, height):
    """A few bytes that would unpack to any number of pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(1000))
    parts = [struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in (head, body, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 12_000), (6325, 6325), (2**31 - 1, 1)])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(size):
    assert refused(png_that_claims(*size)) == "too_many_pixels"


def test_a_picture_just_below_the_limit_is_no_bomb():
    made = clean(picture((6324, 6324), "PNG", "L", 255), kind="paper")
    assert made.size == (LONGEST_SIDE["paper"],) * 2


def test_a_jpeg_of_endless_scans_is_refused():
    progressive = picture(progressive=True)
    scan = progressive.index(b"\xff\xda")
    bomb = progressive[:-2] + progressive[scan : scan + 40] * MOST_SCANS + progressive[-2:]
    assert refused(bomb) == "too_many_pixels"
    assert clean(progressive, kind="photo").size == (420, 560)


def test_a_film_behind_the_photo_is_not_taken_for_scans():
    film = random.Random(7).randbytes(4_000_000)
    assert film.count(b"\xff\xda") > 40
    assert clean(picture() + film, kind="photo").size == (420, 560)


LAID_DOWN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation):
    """The upper left quarter is red when the tag has been obeyed."""
    seen = Image.new("RGB", (420, 560), "white")
    seen.paste((250, 0, 0), (0, 0, 210, 280))
    stored = seen.transpose(LAID_DOWN[orientation]) if orientation > 1 else seen
    exif = stored.getexif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif)
    made = opened(clean(out.getvalue(), kind="photo").content)
    assert made.size == (420, 560)
    assert made.getpixel((100, 100))[1] < 40
    assert min(made.getpixel((320, 420))) > 200


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    image = Image.new("RGB", (420, 560))
    exif = image.getexif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    assert clean(out.getvalue(), kind="photo").size == (420, 560)


@pytest.mark.parametrize("size", [(353, 472), (354, 471), (560, 420), (600, 600), (400, 700), (3000, 4000)])
def test_a_photo_of_other_measures_is_taken_all_the_same(size):
    """R24: the automatic check is advisory."""
    assert max(clean(picture(size), kind="photo").size) <= LONGEST_SIDE["photo"]


def heic(picture_, **options):
    out = io.BytesIO()
    picture_.save(out, "HEIF", quality=95, **options)
    return out.getvalue()


def test_a_heic_becomes_a_jpeg_without_where_it_was_taken():
    image = Image.new("RGB", (420, 560), (200, 180, 160))
    exif = image.getexif()
    exif[0x010F] = "Maker of the phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0)})
    dirty = heic(image, exif=exif.tobytes(), xmp=b"<x:xmpmeta>a place and a name</x:xmpmeta>")
    assert b"Maker of the phone" in dirty
    made = clean(dirty, kind="photo")
    assert (made.type, made.size) == ("image/jpeg", (420, 560))
    assert set(segments(made.content)) & set(MARKERS_OF_METADATA) == set()
    assert not re.search(b"Maker|place and a name", made.content)


def test_a_heic_stands_upright():
    seen = Image.new("RGB", (420, 560), "white")
    seen.paste((250, 0, 0), (0, 0, 210, 280))
    exif = seen.getexif()
    exif[0x0112] = 6
    lying = heic(seen.transpose(LAID_DOWN[6]), exif=exif.tobytes())
    made = opened(clean(lying, kind="photo").content)
    assert made.size == (420, 560)
    assert made.getpixel((100, 100))[1] < 60
    assert min(made.getpixel((320, 420))) > 200


def test_a_heic_cut_short_is_damaged():
    whole = heic(Image.new("RGB", (420, 560), "white"))
    assert refused(whole[: len(whole) // 2]) == "picture_damaged"


@pytest.mark.parametrize(
    "make", [with_metadata, lambda: heic(Image.new("RGB", (420, 560)), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")]
)
def test_a_reader_of_metadata_finds_none(make, tmp_path):
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed (Debian: libimage-exiftool-perl)")
    (tmp_path / "made.jpg").write_bytes(clean(make(), kind="photo").content)
    command = ["exiftool", "-j", "-a", "-u", "-G1", str(tmp_path / "made.jpg")]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)[0]
    assert {name.partition(":")[0] for name in found} - {"SourceFile"} == {
        "ExifTool",
        "System",
        "File",
        "JFIF",
        "Composite",
    }


def test_a_paper_may_have_any_shape():
    assert clean(picture((1200, 300)), kind="paper").size == (1200, 300)


def test_what_was_transparent_is_white():
    made = opened(clean(picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0)), kind="photo").content)
    assert min(made.getpixel((200, 200))) > 250


@pytest.mark.parametrize(("mode", "colour"), [("L", 128), ("I;16", 32896), ("RGB", 128), ("LA", (128, 255))])
def test_grey_stays_grey(mode, colour):
    made = opened(clean(picture(kind="PNG", mode=mode, colour=colour), kind="photo").content)
    assert made.mode == "RGB"
    assert all(abs(part - 128) < 4 for part in made.getpixel((200, 200)))


def test_ink_colours_are_understood():
    assert opened(clean(picture(mode="CMYK", colour=0), kind="photo").content).mode == "RGB"


def test_the_same_picture_gives_the_same_bytes():
    first, second = (clean(with_metadata(), kind="photo") for _ in range(2))
    assert first == second


def outcome(content):
    try:
        made = clean(content, kind="paper").content
    except Unusable as reason:
        return reason.code
    return "clean" if made.startswith(b"\xff\xd8") else "something else"


def test_a_broken_picture_never_raises_anything_else():
    whole, chance = [with_metadata(), picture((500, 700), "PNG", "RGBA")], random.Random(2026)
    for _ in range(150):
        broken = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert outcome(bytes(broken)) in {"clean", *REASONS}
