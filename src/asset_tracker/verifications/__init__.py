"""Verification campaigns: an expected list, a count by somebody else than the custodian, a certificate."""
