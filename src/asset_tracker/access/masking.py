"""People's names, phones and addresses as they are shown by default [pure]: recognised by who knows them.

``О. П.``, ``+380 •• ••• 45``, ``о•••@example.org``. Whoever needs the whole asks for it with a reason
(``assets.revealing``), and that is written down.
"""

import re

_DOT = "•"
_PHONE = re.compile(r"\+?\d[\d\s().‑–-]{7,17}\d")
# It begins where a word does: from within each word once more, a note without an address took a tenth of a second.
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*(@[\w-]+(?:\.[\w-]+)+)")


def mask_name(name: str) -> str:
    """The initials of a name: ``Олена Прийнялова`` is ``О. П.``"""
    parts = re.findall(r"[^\W\d_][\w’'ʼ-]*", name)
    return " ".join(f"{part[0].upper()}." for part in parts[:3]) or _DOT * 3


def mask_phone(phone: str) -> str:
    """The country and the last two digits: ``+380 •• ••• 45``."""
    digits = re.sub(r"\D", "", phone)
    country = (
        "+380" if digits.startswith("380") else "+" + digits[:2] if phone.strip().startswith("+") else "0"
    )
    return f"{country} {_DOT * 2} {_DOT * 3} {digits[-2:]}"


def mask_text(text: str) -> str:
    """Free text with its phones and e-mail addresses masked; what else names somebody no rule can tell."""
    hidden = _EMAIL.sub(rf"\1{_DOT * 3}\2", text)
    return _PHONE.sub(lambda found: mask_phone(found[0]) if _is_phone(found[0]) else found[0], hidden)


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 9 <= len(digits) <= 13 and (digits.startswith(("380", "0")) or text.startswith("+"))
