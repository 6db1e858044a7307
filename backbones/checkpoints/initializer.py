"""`init_cfg=dict(type='ViTCheckpoint', checkpoint=…)`: a backbone starts whole or not at all.

MMEngine's own `Pretrained` tolerates any mismatch and only logs it; this one raises.
"""

from collections.abc import Collection

from mmengine.logging import print_log
from mmengine.registry import WEIGHT_INITIALIZERS
from torch import nn

from backbones.checkpoints.families import recognise
from backbones.checkpoints.fit import fit
from backbones.checkpoints.read import read_checkpoint
from backbones.checkpoints.report import LoadReport
from backbones.export import checked_sha256
from backbones.vit import PlainViT


@WEIGHT_INITIALIZERS.register_module()
class ViTCheckpoint:
    """Loads a checkpoint of any known family into a `PlainViT` and leaves `load_report` on it.

    Args:
        checkpoint: path or URL; None or '' keeps the random initialisation, on purpose.
        allow_missing: patterns of backbone tensors that may stay at their initial value.
        allow_dropped: patterns of checkpoint tensors that may be left behind.

    Raises (when called):
        FileNotFoundError, ValueError: see `read_checkpoint`, `recognise`,
            `checked_sha256` and `fit`.
        TypeError: for a module that is no `PlainViT`.
    """

    def __init__(
        self,
        checkpoint: str | None = None,
        allow_missing: Collection[str] = (),
        allow_dropped: Collection[str] = (),
    ) -> None:
        self.checkpoint = checkpoint or None
        self.allow_missing = tuple(allow_missing)
        self.allow_dropped = tuple(allow_dropped)

    def __call__(self, module: nn.Module) -> LoadReport:
        if not isinstance(module, PlainViT):
            raise TypeError(
                f"ViTCheckpoint fills a PlainViT, not a {type(module).__name__}; put init_cfg on "
                "the backbone"
            )
        if self.checkpoint is None:
            report = LoadReport(None, "random")
        else:
            source = recognise(read_checkpoint(self.checkpoint), self.checkpoint)
            sha256 = checked_sha256(source.tensors, source.meta, self.checkpoint)
            tensors, report = fit(
                source,
                module,
                self.checkpoint,
                allow_missing=self.allow_missing,
                allow_dropped=self.allow_dropped,
            )
            report.sha256 = sha256
            module.load_state_dict(tensors, strict=True)
        module.load_report = report
        print_log(str(report), logger="current")
        return report
