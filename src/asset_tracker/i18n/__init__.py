"""Ukrainian first, English second.

Msgids are English. Ukrainian stands in ``uk/*.po``, one catalogue per area, read once at first use;
no compiled catalogue is kept, so nothing can be out of date.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from babel.messages.pofile import read_po
from babel.plural import PluralRule

Lang = Literal["uk", "en"]
LANGS: tuple[Lang, ...] = ("uk", "en")

_UK_PLURAL = PluralRule(
    {
        "one": "v = 0 and i % 10 = 1 and i % 100 != 11",
        "few": "v = 0 and i % 10 = 2..4 and i % 100 != 12..14",
    }
)
_UK_FORM = {"one": 0, "few": 1, "other": 2}


@cache
def _ukrainian() -> Mapping[str, tuple[str, ...]]:
    catalogue: dict[str, tuple[str, ...]] = {}
    for source in sorted((files(__name__) / "uk").iterdir(), key=lambda path: path.name):
        if not source.name.endswith(".po"):
            continue
        with source.open("rb") as lines:
            for message in read_po(lines, locale="uk"):
                if message.id and message.string:
                    msgid = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
                    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                    catalogue[msgid] = tuple(forms)
    return catalogue


def gettext(lang: Lang, msgid: str, /, **params: Any) -> str:
    """``msgid`` in ``lang``, its ``%(name)s`` places filled; English where no translation stands."""
    text = _ukrainian().get(msgid, (msgid,))[0] if lang == "uk" else msgid
    return text % params if params else text


def ngettext(lang: Lang, one: str, many: str, n: int, /, **params: Any) -> str:
    """The form of ``one``/``many`` that ``n`` asks for (CLDR: three in Ukrainian); ``%(n)s`` is ``n``, its thousands apart."""
    if lang == "uk" and (forms := _ukrainian().get(one)):
        text = forms[min(_UK_FORM[_UK_PLURAL(n)], len(forms) - 1)]
    else:
        text = one if n == 1 else many
    return text % {"n": f"{n:,}".replace(",", "\u00a0") if lang == "uk" else f"{n:,}", **params}


def translator(lang: Lang) -> Callable[..., str]:
    """``gettext`` with its language bound."""
    return lambda msgid, **params: gettext(lang, msgid, **params)
