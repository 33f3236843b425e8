"""The typesetter's own process: one document is set, and whatever that took of memory goes with the process.

Started by ``typeset`` as ``python -m asset_tracker.documents.typesetter ROOT TEMPLATE FONTS TIMESTAMP``. The data come
in by the standard input, the PDF leaves by the standard output, and what Typst has to say of it by the standard error.
"""

import os
import sys

import typst


def main(root: str, template: str, fonts: str, timestamp: str) -> int:
    """0 when the PDF is written, 1 when the template or its data are at fault."""
    try:
        pdf, warnings = typst.compile_with_warnings(
            os.path.join(root, template),  # noqa: PTH118 - pathlib alone takes as long to load as all else here
            root=root,
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
            ),
            ignore_system_fonts=True,
            sys_inputs={"data": sys.stdin.buffer.read().decode()},
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(timestamp),
        )
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stderr.write("\n".join(warning.message for warning in warnings))
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
