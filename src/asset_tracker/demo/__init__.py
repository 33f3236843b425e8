"""Demonstration data: what is known of two real programmes, told through the same services as real data."""
