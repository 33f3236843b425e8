"""KATOTTH codes, municipalities, service points."""
