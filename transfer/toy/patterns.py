"""Outlines as distance functions, textures and grounds as values in [-1, 1].

Shapes: every function maps coordinate arrays [h, w] (or a size) to one array [h, w].
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
TILT = 0.1  # radians: things stand upright, more or less, and so do their patterns
PERIOD = (0.12, 0.13)  # of the side: about a ViT patch of the demo, so hidden ones can be continued


def outline_distance(outline: str, x: Plane, y: Plane) -> Plane:
    """Below zero inside. `x`, `y` are in units of the shape's radius; areas are about equal."""
    if outline == "disc":
        return np.sqrt(x * x + y * y) - np.float32(0.86)
    if outline == "cross":
        near, far = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
        return np.maximum(near - np.float32(0.38), far - np.float32(0.98))
    raise ValueError(f"unknown outline {outline!r}; expected disc or cross")


def texture_value(texture: str, u: Plane, v: Plane) -> Plane:
    """`u`, `v` are phases in radians, one period each 2 pi, already turned with the shape."""
    if texture == "striped":
        wave = np.sin(u)
    elif texture == "checked":
        wave = np.float32(1.6) * np.sin(u / 2) * np.sin(v / 2)
    elif texture == "dotted":
        wave = np.cos(u * np.float32(0.8)) + np.cos(v * np.float32(0.8)) - np.float32(0.7)
    else:
        raise ValueError(f"unknown texture {texture!r}; expected striped, checked or dotted")
    return np.tanh(np.float32(2.5) * wave)


def ground_value(ground: str, size: int, rng: np.random.Generator) -> Plane:
    """One full picture [size, size] of a ground texture."""
    if ground == "clouds":
        coarse = _enlarge(rng.standard_normal((5, 5)).astype(np.float32), size)
        finer = _enlarge(rng.standard_normal((10, 10)).astype(np.float32), size)
        return np.tanh(coarse + finer / 2)
    turn, pitch = rng.uniform(-TILT, TILT), 2 * np.pi / (size * rng.uniform(*PERIOD))
    first, second = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
    if ground == "bricks":
        joints = np.maximum(
            np.cos(_ramp(size, turn) * np.float32(pitch) + first),
            np.cos(_ramp(size, turn + np.pi / 2) * np.float32(pitch) + second),
        )
        return np.tanh(np.float32(3) * (joints - np.float32(0.75)))
    if ground == "waves":
        bend = _enlarge(rng.standard_normal((6, 6)).astype(np.float32), size) * np.float32(0.6)
        return np.sin(_ramp(size, turn + np.pi / 4) * np.float32(pitch) + bend + first)
    raise ValueError(f"unknown ground {ground!r}; expected bricks, clouds or waves")


def wavy_side(size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A picture cut in two by a wavy line that passes near the middle: [size, size]."""
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2) * size
    along = _ramp(size, angle + np.pi / 2)
    wave = np.sin(along * np.float32(2 * np.pi * rng.uniform(0.8, 2) / size)) * size * 0.05
    return _ramp(size, angle) + wave > offset


def light(size: int, rng: np.random.Generator) -> Plane:
    """Uneven light: a factor that falls off across the picture in some direction, [size, size]."""
    level, fall = rng.uniform(0.8, 1.1), rng.uniform(0, 0.5)
    ramp = _ramp(size, rng.uniform(0, 2 * np.pi)) / np.float32(size)
    return np.asarray(level * (1 + fall * ramp), dtype=np.float32)


def _ramp(size: int, angle: float) -> Plane:
    """Signed distance in pixels from the picture's middle along `angle`: [size, size]."""
    axis = np.arange(size, dtype=np.float32) - np.float32((size - 1) / 2)
    return axis[None, :] * np.float32(np.cos(angle)) + axis[:, None] * np.float32(np.sin(angle))


def _enlarge(values: Plane, size: int) -> Plane:
    return np.asarray(cv2.resize(values, (size, size), interpolation=cv2.INTER_CUBIC))
