"""What R24 would like otherwise in a photo. Advice for the applicant and the officer; nothing is refused for it.

A pure function of the picture, without a model of faces: what is said of the head is estimated from where the
background ends, hair included, and is marked so.
"""

from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageStat

LEAST = (354, 472)
"""Pixels: 33 × 48 mm at 272 dpi (R24)."""
SHAPE = (1.30, 1.56)
"""Height by width: from 472/354, which R24 asks for in pixels, to 48/33, which it asks for on paper, and a little."""
FLATTEST = 0.25
WIDTH_MM, HEIGHT_MM = 33.0, 48.0
WORKING_WIDTH = 320
WHITE, EVEN = 215.0, 18.0
"""Of 255: the darkest colour of the background's mean, and how far its brightness may scatter."""
BRIGHTNESS, CONTRAST = (45.0, 235.0), 60.0
SHARPNESS = 25.0
"""Variance of the Laplacian at 320 pixels width."""
BACKGROUND_DIFFERS = 40
"""Of 255: how far a pixel is from the background to be somebody."""
HEAD_WIDTH_MM, ABOVE_HEAD_MM = (15.0, 22.0), (3.0, 5.0)
DOWN_TO_EARS_MM = 16.0
"""From the crown: there the head is widest, and no shoulder reaches."""
LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)

Remark = dict[str, Any]


def remarks(photo: Image.Image) -> list[Remark]:
    """Each with ``code``, ``measured``, ``least`` and ``most`` (either may be null), ``unit`` and ``is_estimate``."""
    if not FLATTEST <= photo.height / photo.width <= 1 / FLATTEST:
        return _of_size(photo)  # a strip is no portrait
    small = photo.resize((WORKING_WIDTH, round(WORKING_WIDTH * photo.height / photo.width)))
    said = [*_of_size(photo), *_of_light(small)]
    background = _of_background(small)
    return said + (background or _of_head(small))


def _of_size(photo: Image.Image) -> list[Remark]:
    width, height = photo.size
    return [
        *_unless("photo_too_small", width, (LEAST[0], None), "px"),
        *_unless("photo_too_small", height, (LEAST[1], None), "px"),
    ][:1] + _unless("photo_wrong_shape", height / width, SHAPE, "height/width")


def _of_light(photo: Image.Image) -> list[Remark]:
    grey = photo.convert("L")
    middle = grey.crop(_share(photo, 0.2, 0.1, 0.8, 0.9))
    mean, spread = ImageStat.Stat(middle).mean[0], _percentile(middle, 0.95) - _percentile(middle, 0.05)
    sharp = ImageStat.Stat(grey.filter(LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))).var[0]
    return [
        *_unless("photo_too_dark", mean, (BRIGHTNESS[0], None), "of 255"),
        *_unless("photo_too_bright", mean, (None, BRIGHTNESS[1]), "of 255"),
        *_unless("photo_low_contrast", spread, (CONTRAST, None), "of 255"),
        *_unless("photo_blurred", sharp, (SHARPNESS, None), "variance"),
    ]


def _of_background(photo: Image.Image) -> list[Remark]:
    """By a strip along the top and down both sides, as far as no shoulder reaches."""
    strips = [photo.crop(_share(photo, *box)) for box in ((0, 0, 1, 0.02), (0, 0, 0.08, 0.55), (0.92, 0, 1, 0.55))]
    means = [ImageStat.Stat(strip).mean for strip in strips]
    whiteness = min(sum(mean[band] for mean in means) / len(means) for band in range(3))
    scatter = max(ImageStat.Stat(strip.convert("L")).stddev[0] for strip in strips)
    return [
        *_unless("background_not_white", whiteness, (WHITE, None), "of 255"),
        *_unless("background_uneven", scatter, (None, EVEN), "of 255"),
    ]


def _of_head(photo: Image.Image) -> list[Remark]:
    """Only before an even, white background, where it can be told from it."""
    crown, width = _outline(photo)
    if not width:
        return []
    above, across = crown / photo.height * HEIGHT_MM, width / photo.width * WIDTH_MM
    return [
        *_unless("head_too_high", above, (ABOVE_HEAD_MM[0], None), "mm", is_estimate=True),
        *_unless("head_too_low", above, (None, ABOVE_HEAD_MM[1]), "mm", is_estimate=True),
        *_unless("head_too_narrow", across, (HEAD_WIDTH_MM[0], None), "mm", is_estimate=True),
        *_unless("head_too_wide", across, (None, HEAD_WIDTH_MM[1]), "mm", is_estimate=True),
    ]


def _outline(photo: Image.Image) -> tuple[int, int]:
    """The row where somebody begins, and how wide they are at the widest from there to the ears, in pixels."""
    ground = Image.new(
        "RGB", photo.size, tuple(map(round, ImageStat.Stat(photo.crop(_share(photo, 0, 0, 1, 0.02))).mean))
    )
    differs = ImageChops.difference(photo, ground).convert("L").point(lambda value: 255 * (value > BACKGROUND_DIFFERS))
    seen = differs.filter(ImageFilter.MedianFilter(5))
    box = seen.getbbox()
    if box is None:
        return 0, 0
    ears = min(photo.height, box[1] + round(DOWN_TO_EARS_MM / HEIGHT_MM * photo.height))
    head = seen.crop((0, box[1], photo.width, ears)).getbbox()
    return box[1], head[2] - head[0] if head else 0


def _unless(
    code: str, measured: float, wanted: tuple[float | None, float | None], unit: str, *, is_estimate: bool = False
) -> list[Remark]:
    least, most = wanted
    if (least is None or measured >= least) and (most is None or measured <= most):
        return []
    facts = {"measured": round(measured, 2), "least": least, "most": most, "unit": unit, "is_estimate": is_estimate}
    return [{"code": code, **facts}]


def _percentile(grey: Image.Image, share: float) -> int:
    counted, wanted = 0, share * grey.width * grey.height
    for value, count in enumerate(grey.histogram()):
        counted += count
        if counted >= wanted:
            return value
    return 255


def _share(photo: Image.Image, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    """At least a pixel each way."""
    x, y = int(left * photo.width), int(top * photo.height)
    return x, y, max(x + 1, int(right * photo.width)), max(y + 1, int(bottom * photo.height))
