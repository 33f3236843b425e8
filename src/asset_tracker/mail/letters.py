"""What a letter says, and how it looks: plain text and simple HTML of one and the same content [pure]."""

from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache, partial
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext


class Item(msgspec.Struct, frozen=True):
    """One line of a list; ``href`` an address of ours, from its first slash on."""

    text: str
    href: str = ""


class Enclosed(msgspec.Struct, frozen=True):
    """A file that goes along; text is UTF-8."""

    name: str
    media_type: str
    content: bytes


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter to one person, its texts already in their language.

    ``kind`` says in a word what it is (``invitation``); it is kept, the rest is not. ``button`` and the
    items' ``href`` are paths of ours (``/password/...``), as is ``unsubscribe``, which ends letters of this sort
    with one POST (RFC 8058).
    """

    kind: str
    to: str
    lang: Lang
    subject: str
    paragraphs: tuple[str, ...]
    button: Item | None = None
    items: tuple[Item, ...] = ()
    after: tuple[str, ...] = ()
    unsubscribe: str = ""
    enclosed: tuple[Enclosed, ...] = ()


def check_address(text: str) -> str:
    """The bare e-mail address. Raises InvalidError for what is none, or could become another header."""
    try:
        found = Address(addr_spec=text.strip()).addr_spec
    except (ValueError, IndexError, MessageError) as error:  # the parser’s ways to say no
        raise InvalidError(errors=(FieldError("email", "An e-mail address is expected."),)) from error
    local, _, domain = found.partition("@")
    if (
        not local
        or not domain
        or "@" in domain
        or len(found) > 200
        or any(ord(sign) < 0x21 for sign in found)
    ):
        raise InvalidError(errors=(FieldError("email", "An e-mail address is expected."),))
    return found


def compose(letter: Letter, *, sender: str, base_url: str, message_id: str, sent_at: Any) -> EmailMessage:
    """The letter as a message of two alternatives; ``sender`` may carry a name before its address."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{message_id}@{address.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    message["Content-Language"] = letter.lang
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{base_url.rstrip('/')}{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    context = {"letter": letter, "base_url": base_url.rstrip("/"), "lang": letter.lang}
    message.set_content(_render(letter.lang, "letter.txt", context))
    message.add_alternative(_render(letter.lang, "letter.html", context), subtype="html")
    for each in letter.enclosed:
        main, _, sub = each.media_type.partition("/")
        # All text of ours is UTF-8; a program that reads mail takes it for ASCII unless it is told.
        how = {"charset": "utf-8"} if main == "text" else {}
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name, params=how)
    return message


def _render(lang: Lang, name: str, context: Mapping[str, Any]) -> str:
    return _environment(lang).get_template(name).render(context)


@cache
def _environment(lang: Lang) -> Environment:
    made = Environment(
        loader=PackageLoader("asset_tracker.mail"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = partial(gettext, lang)
    return made
