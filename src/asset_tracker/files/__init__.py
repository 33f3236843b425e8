"""Photos and scans: cleaned, stored by what they contain."""
