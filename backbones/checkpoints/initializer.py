"""`init_cfg=dict(type='ViTCheckpoint', checkpoint=…)`: a backbone starts whole or not at all.

MMEngine's own `Pretrained` tolerates any mismatch and only logs it; this one raises.
"""

from collections.abc import Collection

from mmengine.logging import print_log
from mmengine.registry import WEIGHT_INITIALIZERS
from torch import nn

from backbones.checkpoints.families import Branch
from backbones.checkpoints.fit import fit
from backbones.checkpoints.load import Registers, load_source
from backbones.checkpoints.report import LoadReport
from backbones.checkpoints.tables import TableResize, check_table_resize
from backbones.vit import PlainViT


@WEIGHT_INITIALIZERS.register_module()
class ViTCheckpoint:
    """Loads a checkpoint of any known family into a `PlainViT` and leaves `load_report` on it.

    Args:
        checkpoint: path or URL; None or '' keeps the random initialisation, on purpose.
        allow_missing: patterns of backbone tensors that may stay at their initial value.
        allow_dropped: patterns of checkpoint tensors that may be left behind.
        rel_pos_resize: how relative-position tables reach another window: 'bicubic', 'geometric'
            (as BEiT) or 'reinit' (zeros). It is recorded with every table it touched.
        branch: 'teacher' (the default) or 'student' of a DINO or iBOT training checkpoint.
        registers: 'keep' or 'drop' DINOv2's registers; needed where a checkpoint has them.

    Raises (when called):
        FileNotFoundError, ValueError: see `load_source` and `fit`.
        TypeError: for a module that is no `PlainViT`.
    """

    def __init__(
        self,
        checkpoint: str | None = None,
        allow_missing: Collection[str] = (),
        allow_dropped: Collection[str] = (),
        rel_pos_resize: TableResize = "bicubic",
        branch: Branch | None = None,
        registers: Registers | None = None,
    ) -> None:
        check_table_resize(rel_pos_resize)
        self.checkpoint = checkpoint or None
        self.allow_missing = tuple(allow_missing)
        self.allow_dropped = tuple(allow_dropped)
        self.rel_pos_resize: TableResize = rel_pos_resize
        self.branch: Branch | None = branch
        self.registers: Registers | None = registers

    def __call__(self, module: nn.Module) -> LoadReport:
        if not isinstance(module, PlainViT):
            raise TypeError(
                f"ViTCheckpoint fills a PlainViT, not a {type(module).__name__}; put init_cfg on "
                "the backbone"
            )
        if self.checkpoint is None:
            report = LoadReport(None, "random")
        else:
            loaded = load_source(self.checkpoint, branch=self.branch, registers=self.registers)
            tensors, report = fit(
                loaded.source,
                module,
                self.checkpoint,
                allow_missing=self.allow_missing,
                allow_dropped=self.allow_dropped,
                rel_pos_resize=self.rel_pos_resize,
            )
            report.sha256 = loaded.sha256
            module.load_state_dict(tensors, strict=True)
        module.load_report = report
        print_log(str(report), logger="current")
        return report
