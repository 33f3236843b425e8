"""The whole of an installation in one file, and back."""
