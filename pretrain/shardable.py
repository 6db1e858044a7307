"""Which runs can be sharded (`python -m pretrain --shard`)."""

from mmengine.config import Config


def check_shard(config: Config) -> None:
    """Only where `shard` is set.

    Raises:
        ValueError: for a run that cannot be sharded, saying why.
    """
    if not config.get("shard"):
        return
    if config.launcher == "none":
        raise ValueError(
            "--shard divides a model among processes, and this is one; start it by torchrun with "
            "--launcher pytorch, or leave --shard out"
        )
    if "tokenizer" in config.model:
        raise ValueError(
            f"{config.method} cannot be sharded: its codebook is an average that every process "
            "keeps whole, not a weight of the optimiser, and its network has no Transformer "
            "blocks to divide; leave --shard out"
        )
