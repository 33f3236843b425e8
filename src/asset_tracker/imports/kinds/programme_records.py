"""What records that each belong to one programme have in common: it is named, or asked for."""

from collections.abc import Iterator, Sequence

from asset_tracker.imports.kinds.assets import no_programme
from asset_tracker.imports.kinds.records import RecordPlanning
from asset_tracker.imports.line import Defaults, Line
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.records import Record, Shape


class OfProgrammePlanning(RecordPlanning):
    """Asks for the programme of lists that name none."""

    def __init__(self, shape: Shape, recorded: Sequence[Record], defaults: Defaults) -> None:
        super().__init__(shape, recorded)
        self.defaults = defaults

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:
        if "programme" not in mapping.fields() and not self.defaults.programme:
            yield no_programme(mapping)


def settle_programme(line: Line, programmes: Programmes, defaults: Defaults) -> None:
    """Turn what the line says of its programme into the code, and keep its id beside it."""
    fields = line.fields
    programmes.settle(line, defaults.programme)
    if programme := fields.get("programme"):
        fields["programme"], fields["refs"] = programme.code, {"programme": str(programme.id)}
