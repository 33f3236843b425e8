"""A QR code as SVG, for printing beside the address it holds."""

from functools import lru_cache


def draw_qr(text: str) -> str:
    """An SVG without quiet zone (leave four modules of white around it); error correction M.

    For what is secret: it is remembered nowhere.
    """
    import qrcode
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    svg: str = code.make_image(image_factory=SvgPathImage).to_string(encoding="unicode")
    return svg


@lru_cache(maxsize=256)
def qr_svg(text: str) -> str:
    """``draw_qr`` for an address that is drawn again and again."""
    return draw_qr(text)
