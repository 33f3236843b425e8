"""One statement that proves who asks, says what they reach, and reads: one way to the database instead of four.

Whoever asks was known a moment ago, by a log-in that was looked up then. That is believed of nothing but the text
of a statement: the statement itself asks once more whom the secret stands for, and reads only where the answer is
the same to the letter. So what was ended, taken away or given meanwhile, in whatever process, holds at once.

The order is not the planner's to choose: what is read stands in a LATERAL that needs what the proof has answered,
and the settings of the wall are made along with that answer. They end with the statement, as its transaction does.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.db.engine import ask_rows, transaction_for
from asset_tracker.db.wall import Reach, put_settings, told


class Proof(msgspec.Struct, frozen=True):
    """What ``question`` (a function of ``wall``) answered for ``values`` when it was asked before."""

    question: str
    values: tuple[Any, ...]
    answer: str


class RefutedError(Exception):
    """The proof does not hold as it was: whoever asks is to be looked up anew."""


class AtOnce:
    """Asks each question in a statement of its own that carries the proof. ``proven``: one was answered."""

    __slots__ = ("_engine", "_proof", "_reach", "_settings", "proven")

    def __init__(self, engine: AsyncEngine, proof: Proof, reach: Reach, settings: tuple[str, ...]) -> None:
        self._engine, self._proof, self._reach, self._settings = engine, proof, reach, settings
        self.proven = False

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """The records, each behind two columns that are no business of theirs. Raises RefutedError."""
        proof = self._proof
        wrapped = _proving(sql, len(arguments), proof.question, len(proof.values))
        records = await ask_rows(
            self._engine, wrapped, *arguments, *proof.values, proof.answer, *self._settings
        )
        if not records[0][0]:
            raise RefutedError
        self.proven = True
        return records if records[0][1] else []


Asking = AsyncConnection | AtOnce
FOREWORD = 2
"""Columns before those that were asked for, of a record that ``AtOnce`` fetched."""


def settings_of(reach: Reach) -> tuple[str, ...]:
    """What ``AtOnce`` takes beside the reach, made once for many questions."""
    return told(reach)


@asynccontextmanager
async def connected(asking: Asking) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that sees the same, for whatever is not asked in one statement."""
    if isinstance(asking, AsyncConnection):
        yield asking
    else:
        async with transaction_for(asking._engine, asking._reach) as conn:  # noqa: SLF001 - of this module
            yield conn


@lru_cache(maxsize=1000)
def _proving(sql: str, arguments: int, question: str, values: int) -> str:
    names = ", ".join(f"${arguments + n}" for n in range(1, values + 1))
    answer = arguments + values + 1
    # A log-in that is somebody else from its start (``ALTER ROLE ... SET role``) stands behind no wall.
    return f"""SELECT o.holds, r.* FROM (
    SELECT CASE WHEN current_setting('role') = 'none' AND {question}({names}) = ${answer}::text
    THEN num_nulls({put_settings(answer + 1)}) = 0 ELSE false END AS holds OFFSET 0) AS o
    LEFT JOIN LATERAL (SELECT true AS found, q.* FROM ({sql}) AS q WHERE o.holds OFFSET 0) AS r ON true"""
