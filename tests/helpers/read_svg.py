"""Reads a drawn figure back as a reader sees it: texts with their boxes, marks, lines, scales."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import log10
from xml.etree import ElementTree

from reports.figures.lettering import text_width

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Text:
    words: str
    size: float
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Text", *, tolerance: float = 0.6) -> bool:
        """Whether the boxes share more than a hair in both directions, in points."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > tolerance and down > tolerance


@dataclass(frozen=True)
class Mark:
    """One marker. `shape` is its outline; the ends of whiskers are upright strokes."""

    x: float
    y: float
    colour: str
    hollow: bool
    shape: str

    @property
    def is_end(self) -> bool:
        return re.fullmatch(r"M 0 [\d.]+\s+L 0 -[\d.]+\s+", self.shape) is not None


@dataclass(frozen=True)
class Line:
    points: tuple[tuple[float, float], ...]
    colour: str
    dashed: bool
    opacity: float


class Drawing:
    """One SVG. Axes are numbered from 1 in the order in which they were added."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        _, _, self.width, self.height = map(float, self.root.attrib["viewBox"].split())
        self.ids = [node.attrib["id"] for node in self.root.iter() if "id" in node.attrib]
        self.shapes = {
            node.attrib["id"]: node.attrib["d"]
            for node in self.root.iter(f"{SVG}path")
            if "id" in node.attrib
        }
        self.colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\"])", svg))
        self.colours |= set(re.findall(r"(?:fill|stroke): ?([a-z]+)", svg)) - {"none"}
        self.texts = [read_text(node) for node in self.root.iter(f"{SVG}text")]

    def group(self, name: str) -> ElementTree.Element:
        """The first part of the drawing whose id ends in the name, such as axes_1."""
        return next(
            node for node in self.root.iter(f"{SVG}g") if node.get("id", "").endswith(f"-{name}")
        )

    @property
    def letters(self) -> str:
        """Everything written, without spaces: a long name is written in lines."""
        return "".join("".join(self.root.itertext()).split())

    def marks(self, axes: int = 1, *, ends: bool = False) -> list[Mark]:
        found = [self.mark(use) for use in self.data(axes) if use.tag == f"{SVG}use"]
        return [mark for mark in found if mark.is_end == ends]

    def lines(self, axes: int = 1) -> list[Line]:
        return [
            read_line(path)
            for path in self.data(axes)
            if path.tag == f"{SVG}path" and "id" not in path.attrib and "stroke" in style(path)
        ]

    def data(self, axes: int) -> list[ElementTree.Element]:
        """Lines and marks in the axes, but for those of their scales."""
        return [
            node
            for part in self.group(f"axes_{axes}")
            if "line2d" in part.get("id", "")
            for node in part.iter()
        ]

    def mark(self, use: ElementTree.Element) -> Mark:
        found = style(use)
        hollow = found.get("fill-opacity") == "0" or found.get("fill") == "none"
        colour = found.get("stroke", found.get("fill", ""))
        shape = self.shapes[use.attrib[HREF].removeprefix("#")]
        return Mark(float(use.attrib["x"]), float(use.attrib["y"]), colour, hollow, shape)

    def ticks(self, axis: str, axes: int = 1) -> dict[str, float]:
        """Written tick label to its place, in points."""
        found = {}
        inside = self.group(f"axes_{axes}")
        for group in inside.iter(f"{SVG}g"):
            if re.search(rf"-{axis}tick_\d+$", group.get("id", "")):
                words = " ".join(node.text or "" for node in group.iter(f"{SVG}text"))
                uses = list(group.iter(f"{SVG}use"))
                if uses and words:
                    found[words] = float(uses[0].attrib[axis])
        return found

    def scale(
        self, axis: str = "x", axes: int = 1, *, log: bool = False
    ) -> Callable[[float], float]:
        """The number that a place stands for, going by what is written on the axis."""
        ticks = [
            (float(words.replace("−", "-")), place)
            for words, place in self.ticks(axis, axes).items()
        ]
        (first, at_first), (last, at_last) = ticks[0], ticks[-1]
        if log:
            first, last = log10(first), log10(last)
        slope = (last - first) / (at_last - at_first)
        if log:
            return lambda place: 10 ** (first + slope * (place - at_first))
        return lambda place: first + slope * (place - at_first)


def style(node: ElementTree.Element) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in node.get("style", "").split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def read_text(node: ElementTree.Element) -> Text:
    words, found = "".join(node.itertext()), style(node)
    size = float(found["font-size"].removesuffix("px"))
    width = text_width(words, size) * 72
    placed = dict(re.findall(r"(translate|rotate)\(([^)]*)\)", node.get("transform", "")))
    turn, *centre = map(float, placed.get("rotate", "0").split())
    moved = map(float, placed["translate"].split()) if "translate" in placed else centre
    x, y = (float(node.attrib["x"]), float(node.attrib["y"])) if "x" in node.attrib else moved
    before = {"start": 0.0, "middle": width / 2, "end": width}[found.get("text-anchor", "start")]
    if turn == -90:
        return Text(words, size, x - 0.76 * size, y + before - width, x + 0.2 * size, y + before)
    assert turn == 0
    return Text(words, size, x - before, y - 0.76 * size, x - before + width, y + 0.2 * size)


def read_line(path: ElementTree.Element) -> Line:
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])]
    found = style(path)
    return Line(
        tuple(zip(numbers[::2], numbers[1::2], strict=True)),
        found["stroke"],
        "stroke-dasharray" in found,
        float(found.get("stroke-opacity", 1)),
    )
