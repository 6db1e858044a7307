"""What the backbone costs a step, beside the implementations everyone knows.

`python -m transfer.benchmark segmentation` (against MMSegmentation's `MAE`) or `detection` (against
timm's windowed SAM ViT). The same weights, the same outputs, checked before anything is timed.
"""
