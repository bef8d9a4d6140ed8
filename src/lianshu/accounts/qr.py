"""QR codes of links, drawn here: nothing is asked of another site."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString


def qr_svg(address: str) -> SafeString:
    """The code as an SVG element that fills its box. Dark on a white ground of its own, with the
    quiet zone that readers need."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    # Drawn by us from a link; the library writes shapes only, the text is not repeated.
    return SafeString(drawn)
