"""A page of pictures: one row a picture, one titled column a treatment.

Shapes: N pictures, H W pixels.
"""

from collections.abc import Mapping
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

GAP, LINE, SIDE = 6, 20, 200  # pixels; small pictures are enlarged to about SIDE
PAPER, INK = (255, 255, 255), (40, 40, 40)


def draw_panel(columns: Mapping[str, Tensor], caption: str) -> bytes:
    """PNG of `columns`, title to uint8 `[N, 3, H, W]`, below the lines of `caption`.

    Raises:
        ValueError: where the columns differ in shape.
    """
    shapes = {tuple(pictures.shape) for pictures in columns.values()}
    if len(shapes) != 1:
        raise ValueError(f"columns of a panel must have one shape, got {sorted(shapes)}")
    rows, _, height, width = shapes.pop()
    enlarge = max(1, round(SIDE / height))
    height, width = height * enlarge, width * enlarge
    font = ImageFont.load_default(size=13)
    top = LINE * (caption.count("\n") + 2) + GAP
    size = (len(columns) * (width + GAP) + GAP, top + rows * (height + GAP))
    page = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(page)
    pen.multiline_text((GAP, GAP), caption, fill=INK, font=font)
    for column, (title, pictures) in enumerate(columns.items()):
        left = GAP + column * (width + GAP)
        pen.text((left, top - LINE), title, fill=INK, font=font)
        for row, pixels in enumerate(pictures.permute(0, 2, 3, 1).cpu().numpy()):
            picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
            page.paste(picture, (left, top + row * (height + GAP)))
    file = BytesIO()
    page.save(file, format="PNG", optimize=True)
    return file.getvalue()
