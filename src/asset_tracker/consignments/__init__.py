"""Packing lists on their way, waybills, acts."""
