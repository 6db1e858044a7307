"""One of several processes' share of a few training steps, on gloo: `torchrun share_of_batch.py`.

Arguments: a folder for what it ends with, in how many pieces it accumulates its share, and the
model wrapper.
"""

import sys
from functools import partial, reduce
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.model import MMDistributedDataParallel
from mmengine.model.wrappers import MMFullyShardedDataParallel
from mmengine.optim import build_optim_wrapper
from torch import Tensor, nn
from torch.distributed.fsdp import FullyShardedDataParallel
from torch.distributed.fsdp.wrap import transformer_auto_wrap_policy

from backbones.block import Block
from pretrain import MaskedImageModel
from pretrain.optimiser import whole

STEPS, PICTURES = 3, 8


def build() -> MaskedImageModel:
    torch.manual_seed(0)
    encoder = {"arch": None, "img_size": 16, "patch_size": 4, "embed_dims": 16, "depth": 2}
    target = {"type": "PixelTarget", "normalize": True}
    decoder = {"embed_dims": 8, "depth": 2, "num_heads": 2}
    return MaskedImageModel({**encoder, "num_heads": 2}, target, decoder).double()


def batches() -> list[dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(1)
    options = {"generator": generator, "dtype": torch.float64}
    return [
        {
            "images": torch.randn(PICTURES, 3, 16, 16, **options),
            "noise": torch.rand(PICTURES, 16, **options),
        }
        for _ in range(STEPS)
    ]


def train(
    model: nn.Module, *, rank: int, world: int, pieces: int, clip: dict[str, float] | None
) -> list[float]:
    """Losses of this process's share, each batch taken in as many accumulated pieces."""
    wrapper = build_optim_wrapper(
        model,
        {
            "constructor": "DecayMatricesOnly",
            "optimizer": {"type": "AdamW", "lr": 1e-3, "weight_decay": 0.05, "fused": True},
            "accumulative_counts": pieces,
            "clip_grad": clip and dict(clip),  # MMEngine takes from it
        },
    )
    losses = []
    for batch in batches():
        for piece in range(pieces):
            part = slice(rank * pieces + piece, PICTURES, world * pieces)
            data = {name: tensor[part] for name, tensor in batch.items()}
            losses.append(model.train_step(data, wrapper)["loss"].item())
    return losses


def sharded(model: nn.Module) -> FullyShardedDataParallel:
    """Every block is a unit that is gathered and let go by itself."""
    policy = partial(transformer_auto_wrap_policy, transformer_layer_cls={Block})
    return MMFullyShardedDataParallel(
        model, auto_wrap_policy=policy, use_orig_params=True, device_id=torch.device("cpu")
    )


def weights(model: nn.Module) -> dict[str, Tensor]:
    """Whole, by the names within the unwrapped model."""
    with whole(model):
        named = {name: p.detach().clone() for name, p in model.named_parameters()}
    wrappers = ("module.", "_fsdp_wrapped_module.")
    return {reduce(lambda n, w: n.replace(w, ""), wrappers, name): p for name, p in named.items()}


def main(folder: Path, pieces: int, wrapper: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    model = {"ddp": MMDistributedDataParallel, "fsdp": sharded}[wrapper](build())
    clip = {"max_norm": 0.5} if wrapper == "ddp" else None  # a shard's norm is not the whole's
    losses = train(model, rank=rank, world=world, pieces=pieces, clip=clip)
    torch.save({"losses": losses, "weights": weights(model)}, folder / f"{rank}.pth")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
