"""The outline of a glyph as a short path: whole thousandths of the em, each point told from the last  [pure].

Loads fontTools, so it is imported where an outline is drawn.
"""

from typing import Any

from fontTools.pens.basePen import BasePen

Point = tuple[float, float]


class ShortPen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Draw a glyph with it, then read ``path``."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.path = ""
        self._at = self._began = (0, 0)

    def _told(self, command: str, *points: Point) -> None:
        whole = [(round(x), round(y)) for x, y in points]
        apart = [n - m for point in whole for n, m in zip(point, self._at, strict=True)]
        said = "".join(f" {n}" if n >= 0 else str(n) for n in apart)
        self.path += command + said.lstrip()
        self._at = whole[-1]

    def _moveTo(self, point: Point) -> None:  # noqa: N802 - fontTools calls it so
        self._told("m", point)
        self._began = self._at

    def _lineTo(self, point: Point) -> None:  # noqa: N802 - fontTools calls it so
        self._told("l", point)

    def _curveToOne(self, one: Point, other: Point, end: Point) -> None:  # noqa: N802 - fontTools calls it so
        self._told("c", one, other, end)

    def _qCurveToOne(self, control: Point, end: Point) -> None:  # noqa: N802 - fontTools calls it so
        self._told("q", control, end)

    def _closePath(self) -> None:  # noqa: N802 - fontTools calls it so
        self.path += "z"
        self._at = self._began
