"""Parties, programmes, funding shares, policies, support activities."""
