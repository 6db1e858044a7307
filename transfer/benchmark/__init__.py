"""What a step costs, of the backbone alone or of a whole training, beside what everyone knows.

`python -m transfer.benchmark segmentation` (against MMSegmentation's `MAE`) or `detection` (against
timm's windowed SAM ViT); `gpu` runs what needs a GPU in one call. The same weights, the same
numbers, checked before anything is timed.
"""
