"""Pictures for the demo, drawn on the spot: nobody's face, nobody's papers."""

import io

from PIL import Image, ImageDraw, ImageFilter


def portrait() -> bytes:
    """A drawn bust on white, in the proportions of a passport photo (33 × 48 mm, R24)."""
    picture = Image.new("RGB", (660, 960), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((165, 95, 495, 500), fill="#1d1a1a")
    draw.rectangle((165, 300, 495, 640), fill="#1d1a1a")
    draw.polygon([(40, 960), (90, 780), (250, 700), (410, 700), (570, 780), (620, 960)], fill="#27384f")
    draw.polygon([(255, 620), (405, 620), (425, 730), (330, 800), (235, 730)], fill="#dcb091")
    draw.ellipse((205, 170, 455, 560), fill="#ecc4a4")
    fringe = [(200, 330), (230, 190), (330, 150), (430, 190), (460, 330), (400, 235), (330, 215), (260, 235)]
    draw.polygon(fringe, fill="#1d1a1a")
    for left in (255, 355):
        draw.ellipse((left, 335, left + 50, 362), fill="white")
        draw.ellipse((left + 14, 335, left + 38, 361), fill="#2a1f1a")
        draw.arc((left - 6, 300, left + 56, 345), 200, 340, fill="#3a2a22", width=6)
    draw.arc((305, 370, 355, 430), 20, 160, fill="#b98a6b", width=5)
    draw.chord((285, 455, 375, 505), 10, 170, fill="#b0625a")
    return _jpeg(picture.filter(ImageFilter.GaussianBlur(1.2)))


def paper(title: str) -> bytes:
    """A sheet with a heading and lines, as a phone would photograph it."""
    picture = Image.new("RGB", (1400, 1000), "#e9e4d8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 60, 1340, 940), fill="#fbfaf6", outline="#8b8574", width=4)
    draw.text((120, 110), title.encode("ascii", "ignore").decode().strip(), fill="#333333", font_size=54)
    for row in range(9):
        draw.line((120, 250 + row * 70, 1280 - (row % 3) * 180, 250 + row * 70), fill="#b9b3a3", width=6)
    draw.ellipse((1020, 640, 1280, 900), outline="#b03a2e", width=10)
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
