"""The photo and the scan that the demonstration shows: drawn, and marked as such [pure]."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

SCAN: Final = (
    b"%PDF-1.4\n"
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F 5 0 R >> >> >>\nendobj\n"
    b"4 0 obj\n<< /Length 84 >>\nstream\n"
    b"BT /F 24 Tf 72 720 Td (Demonstration: here the signed act would be seen.) Tj ET   \nendstream\nendobj\n"
    b"5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n"
    b"trailer\n<< /Root 1 0 R /Size 6 >>\n%%EOF\n"
)


def photo(shade: int) -> bytes:
    """A desk with a screen, a camera and a wall of one of several shades."""
    picture = Image.new("RGB", (1280, 960), (206 + shade * 8, 214, 222 - shade * 8))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 700, 1280, 960), fill=(150, 116, 84))
    draw.rounded_rectangle((330, 220, 950, 620), 18, fill=(34, 38, 44))
    draw.rectangle((352, 242, 928, 580), fill=(88, 130, 168))
    draw.ellipse((560, 300, 720, 460), fill=(226, 190, 160))
    draw.rounded_rectangle((500, 450, 780, 600), 60, fill=(60, 84, 120))
    draw.rectangle((600, 620, 680, 720), fill=(44, 48, 54))
    draw.rectangle((500, 712, 780, 732), fill=(44, 48, 54))
    draw.rounded_rectangle((560, 176, 720, 216), 14, fill=(24, 26, 30))
    draw.ellipse((626, 184, 652, 210), fill=(80, 120, 160))
    draw.rounded_rectangle((980, 640, 1130, 720), 30, fill=(40, 42, 48))
    draw.rectangle((0, 0, 1280, 64), fill=(250, 204, 60))
    draw.text((40, 14), "DEMONSTRATION", fill=(40, 40, 40), font_size=36)
    target = BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()
