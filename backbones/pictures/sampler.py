"""Which pictures make which batch, from (seed, epoch) alone.

The order is cut into whole batches before it is dealt to the processes: a step sees the same
pictures on one device with accumulation as on many, and no gradient is left over at an epoch's end.
"""

from collections.abc import Iterator, Sized

import torch
from mmengine.dist import get_dist_info
from mmengine.registry import DATA_SAMPLERS
from torch.utils.data import Sampler

from backbones.pictures.randomness import derive


@DATA_SAMPLERS.register_module()
class EpochSampler(Sampler[tuple[int, ...]]):
    """Yields (epoch, index) for this process; the rest that fills no whole batch waits an epoch.

    `batch_size` counts the pictures of one optimiser step, over all processes and accumulation.
    MMEngine's `DistSamplerSeedHook` calls `set_epoch`; `skip` is for a run that goes on in the
    middle of an epoch.

    Raises:
        ValueError: where the data does not fill one batch.
    """

    def __init__(self, dataset: Sized, batch_size: int, seed: int | None = None) -> None:
        if len(dataset) < batch_size:
            raise ValueError(
                f"{len(dataset)} pictures do not fill one batch of {batch_size}; lower it with "
                "--cfg-options batch_size=…"
            )
        self.seed = seed or 0
        self.size = len(dataset)
        self.rank, self.world_size = get_dist_info()
        self.total = self.size // batch_size * batch_size
        self.epoch = 0
        self.skipped = 0

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        start, self.skipped = self.skipped, 0
        for index in self.indices()[start:]:
            yield self.epoch, index

    def indices(self) -> list[int]:
        """This process's pictures of the epoch, in order."""
        generator = torch.Generator().manual_seed(derive(self.seed, self.epoch))
        order = torch.randperm(self.size, generator=generator)[: self.total]
        return order[self.rank :: self.world_size].tolist()

    def __len__(self) -> int:
        return self.total // self.world_size

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def skip(self, count: int) -> None:
        """The next epoch begins after its first `count` pictures of this process."""
        self.skipped = count
