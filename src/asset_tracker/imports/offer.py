"""What an empty list offers to whoever fills it in. [pure]"""

import msgspec


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the drop-downs offer: programme codes, and municipalities as ``name, raion, oblast``.

    ``currency`` is that of the only programme; ``chosen`` if the municipalities are not simply all.
    """

    programmes: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    currency: str | None = None
    chosen: bool = False

    @property
    def given(self) -> dict[str, str]:
        """What stands in the rows already, because nothing else could be chosen."""
        alone = {"programme": self.programmes, "municipality": self.municipalities}
        given = {field: texts[0] for field, texts in alone.items() if len(texts) == 1}
        return given | ({"currency": self.currency} if self.currency else {})
