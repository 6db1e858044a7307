"""Which runs CUDA graphs can record (`python -m pretrain --compile reduce-overhead`).

A graph wants its tensors at the same place every step, and lends what it computes until its next
replay only.
"""

from mmengine.config import Config

from backbones.compiling import GRAPH_MODES


def check_graphs(config: Config) -> None:
    """Of a complete config.

    Raises:
        ValueError: for a run that they cannot record, saying why.
    """
    mode = config.default_hooks.get("compiled", {}).get("mode")
    if mode not in GRAPH_MODES:
        return
    if config.get("shard"):
        raise ValueError(
            f"--compile {mode} records CUDA graphs, which cannot follow the weights that --shard "
            "gathers anew every time; give --compile alone, or leave one of them out"
        )
    if (pieces := config.optim_wrapper.accumulative_counts) > 1:
        raise ValueError(
            f"--compile {mode} records CUDA graphs, whose gradients the next of {pieces} "
            "accumulated iterations would overwrite; give --compile alone, or raise "
            "device_batch_size until one iteration is a step"
        )
