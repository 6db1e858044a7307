"""What the COCO configs import: everything of ours that registers under MMDetection."""

from transfer import norms
from transfer.amp import AutocastOptimWrapper
from transfer.hooks.record import TransferRecordHook
from transfer.metrics.coco import RecordingCocoMetric
from transfer.roi import Float32RoIExtractor
from transfer.rpn import Float32RPNHead
from transfer.runner import TransferRunner

__all__ = [
    "AutocastOptimWrapper",
    "Float32RPNHead",
    "Float32RoIExtractor",
    "RecordingCocoMetric",
    "TransferRecordHook",
    "TransferRunner",
    "norms",
]
