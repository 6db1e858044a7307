"""One scene: place shapes so that each stays recognisable, then paint back to front.

Shapes: S picture side; masks and label planes are [S, S], the picture is [S, S, 3] RGB.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transfer.toy.classes import CLASSES, OUTLINES, STUFF, outline_of, texture_of
from transfer.toy.patterns import (
    PERIOD,
    TILT,
    Plane,
    ground_value,
    light,
    outline_distance,
    texture_value,
    wavy_side,
)

Mask = NDArray[np.bool_]
MAX_COVERED = 0.4  # of the smaller of two shapes: no shape can punch a hole into another
PLACING_ATTEMPTS = 12
OBJECT_CONTRAST, GROUND_CONTRAST = (40, 75), (30, 50)  # of 255: root mean square of a texture


@dataclass(frozen=True)
class Instance:
    class_index: int
    mask: Mask  # what is visible of it


@dataclass(frozen=True)
class Scene:
    image: NDArray[np.uint8]
    instances: list[Instance]
    stuff: NDArray[np.uint8]  # index into STUFF; 255 below an unlabelled shape


@dataclass(frozen=True)
class Shape:
    """A placed shape: its coordinates in units of its radius, and where it covers the picture."""

    class_index: int | None  # None: a plain, unlabelled shape, to be told from the textured ones
    window: tuple[slice, slice]  # the part of the picture that holds it; x, y, distance are there
    x: Plane
    y: Plane
    radius: float
    distance: Plane  # in pixels
    mask: Mask  # [S, S]


def render_scene(
    rng: np.random.Generator,
    size: int,
    *,
    objects: tuple[int, int] = (1, 4),
    radius: tuple[float, float] = (0.17, 0.29),
    spread: float = 0.36,
) -> Scene:
    """`objects` and `radius` are inclusive ranges, radius and spread as parts of the side."""
    image, stuff = _paint_ground(rng, size)
    shapes: list[Shape] = []
    if rng.random() < 0.3:
        shapes += _place(rng, size, None, radius, 0.45, shapes)
    for _ in range(rng.integers(objects[0], objects[1] + 1)):
        class_index = int(rng.integers(len(CLASSES)))
        shapes += _place(rng, size, class_index, radius, spread, shapes)
    for shape in shapes:
        _paint(rng, image, shape)

    covered = np.zeros((size, size), dtype=bool)
    instances: list[Instance] = []
    for shape in reversed(shapes):  # front to back
        visible = shape.mask & ~covered
        covered |= shape.mask
        if shape.class_index is None:
            stuff[visible] = 255
        else:
            instances.append(Instance(shape.class_index, visible))
    image *= light(size, rng)[..., None]
    image += np.float32(4) * rng.standard_normal(image.shape, dtype=np.float32)
    return Scene(np.clip(image, 0, 255).astype(np.uint8), instances[::-1], stuff)


def _paint_ground(
    rng: np.random.Generator, size: int
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    first, second = rng.choice(len(STUFF), 2, replace=False)
    stuff = np.full((size, size), first, dtype=np.uint8)
    image = _two_tone(rng, ground_value(STUFF[first], size, rng), contrast=GROUND_CONTRAST)
    if rng.random() < 0.6:
        side = wavy_side(size, rng)
        stuff[side] = second
        other = _two_tone(rng, ground_value(STUFF[second], size, rng), contrast=GROUND_CONTRAST)
        image[side] = other[side]
    return image, stuff


def _place(
    rng: np.random.Generator,
    size: int,
    class_index: int | None,
    radius: tuple[float, float],
    spread: float,
    placed: list[Shape],
) -> list[Shape]:
    """The shape at a free enough place, or nothing when the picture is full."""
    for _ in range(PLACING_ATTEMPTS):
        shape = _draw(rng, size, class_index, radius, spread)
        if all(_leaves_room(shape.mask, other.mask) for other in placed):
            return [shape]
    return []


def _leaves_room(one: Mask, other: Mask) -> bool:
    shared = np.count_nonzero(one & other)
    return bool(shared <= MAX_COVERED * min(np.count_nonzero(one), np.count_nonzero(other)))


def _draw(
    rng: np.random.Generator,
    size: int,
    class_index: int | None,
    radius: tuple[float, float],
    spread: float,
) -> Shape:
    scale = float(rng.uniform(*radius)) * size
    middle = size / 2 + rng.uniform(-spread, spread, 2) * size
    angle, squash = rng.uniform(-TILT, TILT), rng.uniform(0.85, 1.18)
    outline = outline_of(class_index) if class_index is not None else rng.choice(OUTLINES)

    columns, rows = (_span(center, 1.4 * scale, size) for center in middle)
    axis = np.arange(size, dtype=np.float32)
    dx = (axis[None, columns] - np.float32(middle[0])) / np.float32(scale)
    dy = (axis[rows, None] - np.float32(middle[1])) / np.float32(scale)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x = np.asarray((cos * dx + sin * dy) * np.float32(squash), dtype=np.float32)
    y = np.asarray((cos * dy - sin * dx) / np.float32(squash), dtype=np.float32)
    distance = outline_distance(str(outline), x, y) * np.float32(scale)
    mask = np.zeros((size, size), dtype=bool)
    mask[rows, columns] = distance < 0
    return Shape(class_index, (rows, columns), x, y, scale, distance, mask)


def _span(center: float, reach: float, size: int) -> slice:
    return slice(max(0, int(center - reach)), min(size, int(center + reach) + 2))


def _paint(rng: np.random.Generator, image: NDArray[np.float32], shape: Shape) -> None:
    """Blend the shape over the picture; its edge is one pixel soft, as a lens would leave it."""
    size = image.shape[0]
    if shape.class_index is None:
        value = np.zeros_like(shape.x)
    else:
        period = rng.uniform(*PERIOD) * size / shape.radius
        turn, phase = rng.uniform(-TILT, TILT), rng.uniform(0, 2 * np.pi, 2)
        cos, sin, pitch = np.cos(turn), np.sin(turn), 2 * np.pi / period
        u = (shape.x * np.float32(cos) + shape.y * np.float32(sin)) * np.float32(pitch)
        v = (shape.y * np.float32(cos) - shape.x * np.float32(sin)) * np.float32(pitch)
        texture = texture_of(shape.class_index)
        value = texture_value(texture, u + np.float32(phase[0]), v + np.float32(phase[1]))
        if (shape.distance < 0).any():
            value = value - value[shape.distance < 0].mean()  # so that brightness tells nothing
    painted = _two_tone(rng, value, contrast=OBJECT_CONTRAST)
    alpha = np.clip(np.float32(0.5) - shape.distance, 0, 1)[..., None]
    below = image[shape.window]
    below += alpha * (painted - below)


def _two_tone(
    rng: np.random.Generator, value: Plane, *, contrast: tuple[float, float]
) -> NDArray[np.float32]:
    """Two random colours around a random middle: neither hue nor brightness tells a class."""
    middle = rng.uniform(115, 140, 3)
    direction = rng.normal(0, 0.5, 3) + 1.2  # mostly a change of brightness
    direction *= rng.uniform(*contrast) / np.sqrt(np.mean(direction**2))
    image = np.empty((*value.shape, 3), dtype=np.float32)
    for channel in range(3):
        image[..., channel] = value * np.float32(direction[channel]) + np.float32(middle[channel])
    return image
