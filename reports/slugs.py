"""File names and anchors from any text: plain ASCII, and different for different texts."""

import hashlib
import re


def slug(*parts: object) -> str:
    """Parts joined by dashes; where that loses a letter, a hash of the parts keeps it unique."""
    written = [str(part) for part in parts if str(part)]
    joined = "-".join(written)
    plain = re.sub(r"[^a-z0-9_-]+", "-", joined.lower()).strip("-")
    if plain == joined:
        return plain
    digest = hashlib.sha256("\0".join(written).encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest
