"""Whatever is asked of the API by whoever: no 5xx, and no answer that its description does not name."""

import pytest

from .described import NAMES, wrong_answers

pytestmark = pytest.mark.anyio
HERE = [name for name in NAMES if not name.startswith("GET ")]


@pytest.mark.parametrize("name", HERE)
async def test_an_operation_answers_as_described(offices, name):
    wrong = await wrong_answers(offices, name)
    assert not wrong, "\n" + "\n".join(" ".join(map(str, line)) for line in wrong[:10])
