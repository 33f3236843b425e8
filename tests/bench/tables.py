"""Tables of figures: printed for people, or put into a document between their marks."""

from collections.abc import Iterable
from pathlib import Path


def show(name: str, head: Iterable[str], rows: Iterable[Iterable[str]], document: Path | None) -> None:
    """Print the table as it comes; with a document, replace what stands between ``<!-- name -->`` and ``<!-- end -->``."""
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    print("\n".join(lines))
    for row in rows:
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    if document is None:
        return
    text = document.read_text("utf-8")
    begin = text.index(f"<!-- {name} -->") + len(f"<!-- {name} -->")
    end = text.index("<!-- end -->", begin)
    document.write_text(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:], "utf-8")
