"""One of several processes' share of a few training steps, on gloo: `torchrun share_of_batch.py`.

Argument: a folder for what it ends with, by model wrapper and number of accumulated pieces.
"""

import sys
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import build_optim_wrapper
from torch import Tensor, nn

from backbones.runs.sharding import gathered, shard
from pretrain import MaskedImageModel

STEPS, PICTURES = 3, 8
FORMS = [("ddp", 1), ("ddp", 2), ("sharded", 1), ("sharded", 2)]  # the second: pieces


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


def train(model: nn.Module, *, rank: int, world: int, pieces: int) -> list[float]:
    """Losses of this process's share, each batch taken in as many accumulated pieces."""
    wrapper = build_optim_wrapper(
        model,
        {
            "constructor": "DecayMatricesOnly",
            "optimizer": {"type": "AdamW", "lr": 1e-3, "weight_decay": 0.05, "fused": True},
            "accumulative_counts": pieces,
            "clip_grad": {"max_norm": 0.2},
        },
    )
    losses = []
    for batch in batches():
        for piece in range(pieces):
            part = slice(rank * pieces + piece, PICTURES, world * pieces)
            data = {name: tensor[part] for name, tensor in batch.items()}
            losses.append(model.train_step(data, wrapper)["loss"].item())
    return losses


def divided() -> MaskedImageModel:
    model = build()
    shard(model)
    return model


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    makers = {"ddp": lambda: MMDistributedDataParallel(build()), "sharded": divided}
    found = {}
    for form, pieces in FORMS:
        model = makers[form]()
        losses = train(model, rank=rank, world=world, pieces=pieces)
        whole = model.module if form == "ddp" else model
        found[form, pieces] = {"losses": losses, "weights": gathered(whole.state_dict())}
    torch.save(found, folder / f"{rank}.pth")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
