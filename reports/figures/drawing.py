"""What every figure shares: ink, type, size, and how a drawing becomes SVG text and PNG.

Drawn once, used twice: written as files, and inlined in the page. Text stays text, and ink is one
colour (`INK`) that the page replaces by the reader's own, so a figure follows light and dark.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

INK = "#3b3f46"
SMALL = 9.0  # points; no text is smaller, or a phone's reader could not read it

RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # text a reader can select and search
    "text.parse_math": False,  # a $ in a method's name is a $
    "axes.formatter.useoffset": False,
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
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.12,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
}

WIDTH = 4.8  # inches: one column on a desktop, the whole width of a phone
DPI = 200  # of the PNG


@dataclass(frozen=True)
class Figure:
    """`alt` says in words what is drawn; `caption` what the marks are."""

    slug: str
    title: str
    caption: str
    alt: str
    svg: str
    canvas: Canvas = field(repr=False, compare=False)

    @cached_property
    def png(self) -> bytes:
        """The same drawing on white; made when asked for, as it takes longer than the SVG."""
        written = io.BytesIO()
        with quiet(self.slug):
            self.canvas.savefig(
                written, format="png", dpi=DPI, facecolor="white", metadata={"Software": None}
            )
        return written.getvalue()


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Our settings, repeatable ids, and no warning for a script that only the page's font has."""
    with mpl.rc_context(RC | {"svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def finished(canvas: Canvas, *, name: str, title: str, caption: str, alt: str) -> Figure:
    """The canvas as a `Figure`; what it was laid out as for the SVG it stays for the PNG."""
    svg = to_svg(canvas, name)
    canvas.set_layout_engine("none")
    return Figure(slug=name, title=title, caption=caption, alt=alt, svg=svg, canvas=canvas)


def to_svg(canvas: Canvas, name: str) -> str:
    """The drawing alone, without date or XML prologue, its ids made unique to this figure."""
    written = io.StringIO()
    FigureCanvasSVG(canvas).print_svg(
        written, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg) + "\n"
