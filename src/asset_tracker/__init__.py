"""asset_tracker: what was given, where it is, whether it works, and who signed for it."""


def version() -> str:
    """The version that is installed.

    Looked up when somebody asks: what looks it up takes longer to import than all that reads an uploaded table,
    which is done by a process of its own for each.
    """
    from importlib import metadata

    try:
        return metadata.version("asset-tracker")
    except metadata.PackageNotFoundError:  # run from a checkout that nobody installed
        return "0+checkout"
