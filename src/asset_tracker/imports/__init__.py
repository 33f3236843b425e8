"""From somebody's workbook to events."""
