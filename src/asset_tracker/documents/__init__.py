"""Printed documents: one typesetter, one set of embedded fonts, amounts in words."""
