"""asset_tracker: what was given, where it is, whether it works, and who signed for it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("asset-tracker")
except PackageNotFoundError:  # run from a checkout that nobody installed
    __version__ = "0+checkout"
