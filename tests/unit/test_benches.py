"""Benchmarks run by hand: what they take from the product is there still."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

BENCHES = sorted((Path(__file__).parents[1] / "bench").glob("*.py"))


@pytest.mark.parametrize("bench", BENCHES, ids=lambda path: path.stem)
def test_what_a_benchmark_imports_is_there(bench):
    for node in ast.walk(ast.parse(bench.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asset_tracker"):
            module = import_module(node.module)
            for each in node.names:
                assert hasattr(module, each.name) or import_module(f"{node.module}.{each.name}")
