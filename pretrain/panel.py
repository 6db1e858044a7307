"""A page of pictures: one row a picture, one titled column a treatment.

Shapes: N pictures, H W pixels.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

GAP, LINE, SIDE = 6, 20, 200  # pixels; small pictures are enlarged to about SIDE
PAPER, INK = (255, 255, 255), (40, 40, 40)


def draw_panel(
    columns: Mapping[str, Tensor], caption: str, *, rows: Sequence[str] = (), side: int = SIDE
) -> bytes:
    """PNG of `columns`, title to uint8 `[N, 3, H, W]`, below the lines of `caption`.

    `rows` are written before the pictures; those are enlarged to about `side` pixels.

    Raises:
        ValueError: where the columns differ in shape.
    """
    shapes = {tuple(pictures.shape) for pictures in columns.values()}
    if len(shapes) != 1:
        raise ValueError(f"columns of a panel must have one shape, got {sorted(shapes)}")
    number, _, height, width = shapes.pop()
    enlarge = max(1, round(side / height))
    height, width = height * enlarge, width * enlarge
    font = ImageFont.load_default(size=13)
    start = GAP + round(max((font.getlength(row) + GAP for row in rows), default=0))
    top = LINE * (caption.count("\n") + 2) + GAP
    body = start + len(columns) * (width + GAP)
    lines = [GAP + round(font.getlength(line)) + GAP for line in caption.splitlines()]
    size = (max(body, *lines), top + number * (height + GAP))
    page = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(page)
    pen.multiline_text((GAP, GAP), caption, fill=INK, font=font)
    for row, label in enumerate(rows):
        y = top + row * (height + GAP) + height // 2
        pen.text((GAP, y), label, fill=INK, font=font, anchor="lm")
    for column, (title, pictures) in enumerate(columns.items()):
        left = start + column * (width + GAP)
        pen.text((left, top - LINE), title, fill=INK, font=font)
        for row, pixels in enumerate(pictures.permute(0, 2, 3, 1).cpu().numpy()):
            picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
            page.paste(picture, (left, top + row * (height + GAP)))
    file = BytesIO()
    page.save(file, format="PNG", optimize=True)
    return file.getvalue()
