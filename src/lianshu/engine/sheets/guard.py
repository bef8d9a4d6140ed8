"""The leading apostrophe that keeps a CSV text from being run as a formula by Excel.

A text is dangerous when it starts with = + - @ tab or CR. Writing puts one `'` before it, and
also before a text that already is apostrophes followed by one of those, so that reading, which
removes exactly one `'` from such a text, is the inverse of writing for every text.
"""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guard(text: str) -> str:
    """The text as it is written into a CSV file."""
    return "'" + text if _DANGEROUS.match(text) else text


def unguard(text: str) -> str:
    """The text that was meant; the inverse of `guard`."""
    return text[1:] if _GUARDED.match(text) else text
