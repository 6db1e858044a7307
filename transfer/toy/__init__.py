"""Toy scenes: textured shapes on textured grounds, in the layouts of COCO, ADE20K and ImageNet.

`python -m transfer.toy OUT` writes them. A class is an outline together with a texture and neither
alone tells it, so an encoder that has learnt how pictures are built starts ahead of a random one.
"""

from transfer.toy.classes import CLASSES, STUFF
from transfer.toy.scene import Instance, Scene, render_scene

__all__ = ["CLASSES", "STUFF", "Instance", "Scene", "render_scene"]
