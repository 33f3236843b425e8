"""The one MetaData that all tables stand in, with names that migrations can rely on."""

import pkgutil
from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def all_tables() -> MetaData:
    """``metadata`` with every table of every room: they stand in modules whose names begin with ``tables``."""
    root = Path(__file__).parents[1]
    for room in pkgutil.iter_modules([str(root)]):
        for module in pkgutil.iter_modules([str(root / room.name)]):
            if module.name.startswith("tables"):
                import_module(f"asset_tracker.{room.name}.{module.name}")
    return metadata
