"""What there is to tell apart: three outlines times three textures, on three kinds of ground."""

OUTLINES = ("disc", "triangle", "cross")
TEXTURES = ("striped", "checked", "dotted")

# Class i has texture i // 3 and outline i % 3.
CLASSES = tuple(f"{texture} {outline}" for texture in TEXTURES for outline in OUTLINES)
STUFF = ("grain", "clouds", "waves")


def texture_of(class_index: int) -> str:
    return TEXTURES[class_index // len(OUTLINES)]


def outline_of(class_index: int) -> str:
    return OUTLINES[class_index % len(OUTLINES)]
