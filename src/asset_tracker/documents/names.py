"""A name in both languages [pure]."""

from msgspec import Struct

from asset_tracker.i18n import Lang


class Name(Struct, frozen=True, gc=False):
    """Either falls back to the other where nobody gave one."""

    uk: str
    en: str = ""

    def of(self, lang: Lang) -> str:
        return (self.uk or self.en) if lang == "uk" else (self.en or self.uk)
