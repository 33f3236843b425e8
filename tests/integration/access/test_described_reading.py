"""Whatever is asked of the API by whoever: no 5xx, and no answer that its description does not name."""

import pytest

from .described import NAMES, described, operations, wrong_answers

pytestmark = pytest.mark.anyio
HERE = [name for name in NAMES if name.startswith("GET ")]


@pytest.mark.parametrize("name", HERE)
async def test_an_operation_answers_as_described(offices, name):
    wrong = await wrong_answers(offices, name)
    assert not wrong, "\n" + "\n".join(" ".join(map(str, line)) for line in wrong[:10])


def test_every_operation_is_asked():
    assert operations().keys() == set(NAMES)


def test_every_number_that_is_asked_for_has_bounds():
    """Bounds beside ``FromQuery`` are lost on the way, so this looks at what was understood of them."""
    boundless = [
        (path, asked["name"])
        for path, methods in described()["paths"].items()
        for operation in methods.values()
        for asked in operation.get("parameters", ())
        if asked["schema"].get("type") == "integer" and not {"minimum", "maximum"} <= asked["schema"].keys()
    ]
    assert boundless == []
