"""What every figure shares: ink, type, size, and how a drawing becomes SVG text.

Drawn once, used twice: written as files, and inlined in the page. Text stays text, and ink is one
colour (`INK`) that the page replaces by the reader's own, so a figure follows light and dark.
"""

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

INK = "#3b3f46"

RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # text a reader can select and search
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.12,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
}

WIDTH = 4.8  # inches: one column on a desktop, the whole width of a phone


@dataclass(frozen=True)
class Figure:
    """`alt` says in words what is drawn; `caption` what the marks are."""

    slug: str
    title: str
    caption: str
    alt: str
    svg: str


def to_svg(canvas: Canvas, name: str) -> str:
    """The drawing alone, without date or XML prologue, its ids made unique to this figure."""
    written = io.StringIO()
    with warnings.catch_warnings():  # a name in a script the layout font lacks: the page's has it
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        FigureCanvasSVG(canvas).print_svg(
            written, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg) + "\n"


def plain_text(label: str) -> str:
    """Matplotlib reads $…$ as mathematics; a method's name is not."""
    return label.replace("$", r"\$")
