"""What there is to tell apart: two outlines times three textures, on three kinds of ground."""

OUTLINES = ("disc", "cross")
TEXTURES = ("striped", "checked", "dotted")

# Class i has texture i // 2 and outline i % 2.
CLASSES = tuple(f"{texture} {outline}" for texture in TEXTURES for outline in OUTLINES)
STUFF = ("bricks", "clouds", "waves")


def texture_of(class_index: int) -> str:
    return TEXTURES[class_index // len(OUTLINES)]


def outline_of(class_index: int) -> str:
    return OUTLINES[class_index % len(OUTLINES)]
