"""What the ADE20K configs import: everything of ours that registers under MMSegmentation."""

from transfer.amp import AutocastOptimWrapper
from transfer.hooks.record import TransferRecordHook
from transfer.metrics.iou import RecordingIoUMetric
from transfer.runner import TransferRunner

__all__ = [
    "AutocastOptimWrapper",
    "RecordingIoUMetric",
    "TransferRecordHook",
    "TransferRunner",
]
