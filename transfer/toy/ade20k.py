"""Scenes in the layout of ADE20K: one label plane a picture, 0 = void, then classes from 1.

Objects come first (1 … 6), grounds after them (7 … 9); unlabelled shapes are void.
"""

import numpy as np
from numpy.typing import NDArray

from transfer.toy.classes import CLASSES, STUFF
from transfer.toy.scene import Scene

LABELS = (*CLASSES, *STUFF)


def label_plane(scene: Scene) -> NDArray[np.uint8]:
    """[S, S] of 0 … 9."""
    table = np.zeros(256, dtype=np.uint8)  # 255, below an unlabelled shape, stays void
    table[: len(STUFF)] = np.arange(len(STUFF)) + len(CLASSES) + 1
    plane = table[scene.stuff]
    for instance in scene.instances:
        plane[instance.mask] = instance.class_index + 1
    return plane
