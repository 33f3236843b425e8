"""Serial numbers as they are compared [pure]."""

import unicodedata

_LOOKS_LIKE = str.maketrans("АВЕІКМНОРСТХУЅЈ", "ABEIKMHOPCTXYSJ")


def serial_key(serial: str | None) -> str | None:
    """The serial number without case, spaces, punctuation and Cyrillic look-alikes; None if nothing is left.

    For comparison only: what is shown is what was written.
    """
    if not serial:
        return None
    if serial.isascii():  # nearly all of them; normal already
        folded = serial.upper()
        if folded.isalnum():
            return folded
    else:
        folded = unicodedata.normalize("NFKC", serial).upper().translate(_LOOKS_LIKE)
    return "".join(filter(str.isalnum, folded)) or None
