"""What the XML of one sheet tells beyond its values. [pure]"""

import msgspec

Position = tuple[int, int]


class SheetScan(msgspec.Struct, kw_only=True):
    """Positions are (row, column), both from 0.

    ``weight``: its share of the work, as the bytes of its XML. ``spans``: top left and bottom left of merged
    cells, where the reader does not tell them.
    """

    weight: int = 1
    cells: int = 0
    last_row: int = 0
    merged: int = 0
    formulas: set[Position] = msgspec.field(default_factory=set)
    errors: dict[Position, str] = msgspec.field(default_factory=dict)
    hidden: set[int] = msgspec.field(default_factory=set)
    padded: dict[Position, int] = msgspec.field(default_factory=dict)
    spans: list[tuple[Position, Position]] = msgspec.field(default_factory=list)
