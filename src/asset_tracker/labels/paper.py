"""On what and how labels are printed, as people choose it.  [pure]"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from asset_tracker.i18n import Lang
from asset_tracker.labels.layout import Dpi
from asset_tracker.labels.sheet import PrintOptions

COPIES_MOST = 20

Reference = Annotated[str, Meta(min_length=1, max_length=60)]
Output = Literal["pdf", "zpl", "svg", "png"]
Line2 = Literal["none", "programme", "donors"]
Copies = Annotated[int, Meta(ge=1, le=COPIES_MOST)]


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on the labels beside the tag. Without ``copies`` vehicles get two labels, all else one."""

    lang: Lang = "uk"
    line2: Line2 = "none"
    copies: Copies | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On what and how to print. Offsets in mm, scales as factors; see ``sheet.PrintOptions``."""

    stock: Reference = "L7160"
    output: Output = "pdf"
    dpi: Dpi = 300
    start_cell: int = 1
    offset_x: float = 0.0
    offset_y: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    cut_marks: bool = False
    outlines: bool = False
    native_symbol: bool = False
    lang: Lang = "uk"
    line2: Line2 = "none"
    copies: Copies | None = None

    def options(self, base_url: str) -> PrintOptions:
        return PrintOptions(
            base_url=base_url,
            dpi=self.dpi,
            start_cell=self.start_cell,
            offset_x=self.offset_x,
            offset_y=self.offset_y,
            scale_x=self.scale_x,
            scale_y=self.scale_y,
            cut_marks=self.cut_marks,
            outlines=self.outlines,
            native_symbol=self.native_symbol,
        )

    def look(self) -> Look:
        return Look(lang=self.lang, line2=self.line2, copies=self.copies)
