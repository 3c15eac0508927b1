"""What the check says of a photo: advice that a person could have given (R24)."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from apps.documents.cleaning import clean
from apps.documents.photos import remarks
from apps.documents.statuses import REMARKS
from deploy.demo.pictures import portrait


def good():
    return Image.open(io.BytesIO(portrait())).convert("RGB")


def codes(photo):
    said = remarks(photo)
    assert {remark["code"] for remark in said} <= set(REMARKS)
    for remark in said:
        assert remark["least"] is not None or remark["most"] is not None
        assert not (remark["least"] or -1e9) <= remark["measured"] <= (remark["most"] or 1e9)
    return {remark["code"] for remark in said}


def shifted(by):
    moved = Image.new("RGB", good().size, "white")
    moved.paste(good(), (0, by))
    return moved


def scaled(by):
    photo = good()
    small = photo.resize((int(photo.width * by), int(photo.height * by)))
    canvas = Image.new("RGB", photo.size, "white")
    canvas.paste(small, ((photo.width - small.width) // 2, max(0, 85 - int(95 * by) + 10)))
    return canvas


def with_background(colour, part=1.0):
    photo = good()
    mask = Image.eval(photo.convert("L"), lambda value: 255 if value > 250 else 0).filter(ImageFilter.MinFilter(3))
    half = Image.new("L", photo.size, 0)
    half.paste(mask.crop((0, 0, int(photo.width * part), photo.height)), (0, 0))
    photo.paste(colour, mask=half)
    return photo


def test_a_good_photo_is_not_talked_about():
    assert remarks(good()) == []
    assert clean(portrait(), kind="photo").remarks == ()


@pytest.mark.parametrize(
    ("photo", "code"),
    [
        (lambda: good().resize((330, 480)), "photo_too_small"),
        (lambda: good().resize((660, 700)), "photo_wrong_shape"),
        (lambda: with_background((120, 170, 230)), "background_not_white"),
        (lambda: with_background((200, 60, 60)), "background_not_white"),
        (lambda: with_background((150, 150, 150), 0.5), "background_uneven"),
        (lambda: good().filter(ImageFilter.GaussianBlur(9)), "photo_blurred"),
        (lambda: Image.eval(good(), lambda value: value // 8), "photo_too_dark"),
        (lambda: Image.eval(good(), lambda value: 240 + value // 17), "photo_too_bright"),
        (lambda: Image.eval(good(), lambda value: 100 + value // 8), "photo_low_contrast"),
        (lambda: shifted(-50), "head_too_high"),
        (lambda: shifted(60), "head_too_low"),
        (lambda: scaled(0.7), "head_too_narrow"),
        (lambda: scaled(1.5), "head_too_wide"),
    ],
)
def test_what_is_wrong_is_named(photo, code):
    assert code in codes(photo())


def test_the_skin_is_not_judged():
    """Only what is behind the person has to be white."""
    for face in ("#3b2219", "#8d5524", "#ffe0bd"):
        photo = good()
        ImageDraw.Draw(photo).ellipse((205, 170, 455, 560), fill=face)
        assert not codes(photo) & {"photo_too_dark", "photo_too_bright", "background_not_white", "background_uneven"}


def test_nothing_is_said_of_the_head_before_a_background_it_cannot_be_told_from():
    assert not {code for code in codes(with_background((60, 60, 60))) if code.startswith("head_")}
    assert codes(Image.new("RGB", (660, 960), "white")) == {"photo_too_bright", "photo_low_contrast", "photo_blurred"}


def test_what_is_measured_by_the_outline_says_that_it_is_an_estimate():
    said = {remark["code"]: remark for remark in remarks(shifted(60))}
    assert said["head_too_low"]["is_estimate"]
    assert said["head_too_low"]["measured"] == pytest.approx((95 + 60) / 960 * 48, abs=0.4)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (2, 3), (40, 4000)])
def test_any_size_can_be_looked_at(size):
    assert "photo_too_small" in codes(Image.new("RGB", size, "white"))
