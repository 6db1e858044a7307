"""The order in which shards are read: shuffled, yet nearly one after another.

An epoch's shards are put in random order and their pictures, in a row, cut into equal streams. In a
stream each picture moves by less than `buffer` places, as through WebDataset's shuffle buffer; a
step takes as many from each. All of it follows from (seed, epoch) and the counts in the index,
before a byte is read, so any process knows any batch: a step sees the same pictures whatever the
number of processes and workers, each process reads only the shards of its streams, and a run goes
on in the middle of an epoch with neither a repeated nor a lost picture.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.dist import get_dist_info
from mmengine.registry import DATA_SAMPLERS
from torch.utils.data import Sampler

from backbones.pictures.dataset import Pictures
from backbones.pictures.randomness import derive
from backbones.pictures.sampler import EpochSampler
from backbones.shards.ahead import announced
from backbones.shards.index import index_of
from backbones.shards.remote import is_url
from backbones.shards.source import ShardSource

STREAMS = 8  # at most, where nothing else is said


@DATA_SAMPLERS.register_module()
class ShardSampler(EpochSampler):
    """`EpochSampler` for pictures in shards: whole batches, the rest waits an epoch.

    Args:
        streams: number of places an epoch is read at, at once. It must divide the batch, and
            processes share it evenly. None: the most up to 8 that the batch has; it follows from
            the batch alone, so that a run sees the same batches on any number of processes.
        buffer: how far a picture may move within its stream.
        ahead: shards of each stream that are fetched before they are read, where they come from a
            URL.

    Raises:
        ValueError: where streams, processes and batch do not divide, or the data fills no batch.
    """

    def __init__(
        self,
        dataset: Pictures,
        batch_size: int,
        seed: int | None = None,
        streams: int | None = None,
        buffer: int = 4096,
        ahead: float = 2,
    ) -> None:
        super().__init__(dataset, batch_size, seed)
        self.source = shards_of(dataset)
        streams = streams or max(n for n in range(1, STREAMS + 1) if batch_size % n == 0)
        if streams % self.world_size or batch_size % streams:
            raise ValueError(
                f"{streams} streams of shards do not split over {self.world_size} processes, or "
                f"a batch of {batch_size} not over them; "
                f"{remedy(batch_size, self.world_size, streams)}"
            )
        self.row = self.source.row()
        self.counts = np.bincount(self.source.shard_of(self.row))
        self.batch_size, self.streams, self.buffer, self.ahead = batch_size, streams, buffer, ahead

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        start, self.skipped = self.skipped, 0
        order = self.indices()[start:]
        own = self.streams // self.world_size
        yield from announced(self.source, self.epoch, order, self.ahead * own)

    def indices(self) -> list[int]:
        steps = self.total // self.batch_size
        own = self.streamed()[self.rank :: self.world_size]  # (streams of this process, length)
        each = self.batch_size // self.streams
        batches = own[:, : steps * each].reshape(len(own), steps, each)
        return batches.transpose(1, 2, 0).ravel().tolist()  # a step, then turns of its streams

    def streamed(self) -> np.ndarray:
        """Every stream's pictures of this epoch in order, (streams, length)."""
        draw = np.random.default_rng(derive(self.seed, self.epoch))
        shards = draw.permutation(len(self.counts))
        parts = np.split(self.row, self.counts.cumsum()[:-1])
        order = np.concatenate([parts[shard] for shard in shards])
        length = self.size // self.streams
        order = order[: length * self.streams].reshape(self.streams, length)
        moved = np.arange(length) + draw.random(order.shape) * self.buffer
        return np.take_along_axis(order, moved.argsort(axis=1, kind="stable"), axis=1)


@DATA_SAMPLERS.register_module()
class ShardOrder(Sampler[tuple[int, ...]]):
    """Every picture in the order of the shards, for an evaluation whose shards come from a URL.

    Each process has a part of the row, so that it reads few shards of the others. Parts that are
    shorter by one repeat their last picture, which MMEngine cuts off when it gathers results.
    """

    def __init__(self, dataset: Pictures, seed: int | None = None, ahead: float = 4) -> None:
        self.source = shards_of(dataset)
        rank, world_size = get_dist_info()
        row = self.source.row()
        part = np.array_split(row, world_size)[rank].tolist()
        self.order: list[int] = part + part[-1:] * (-(-len(row) // world_size) - len(part))
        self.ahead = ahead

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        yield from announced(self.source, 0, self.order, self.ahead)

    def __len__(self) -> int:
        return len(self.order)


def remedy(batch_size: int, world_size: int, streams: int) -> str:
    """The nearest number of streams that suits both."""
    fit = (n for n in range(world_size, batch_size + 1, world_size) if batch_size % n == 0)
    nearest = min(fit, key=lambda n: abs(n - streams), default=None)
    if nearest is None:
        return f"set batch_size to a multiple of {world_size}"
    return f"set train_dataloader.sampler.streams={nearest}, which is another order of the pictures"


def evaluation_sampler(root: str) -> dict[str, Any]:
    """A sampler's configuration: every picture, in an order that suits where they are."""
    index = index_of(root)
    if index and is_url(index):
        return {"type": "ShardOrder"}
    return {"type": "DefaultSampler", "shuffle": False}


def shards_of(dataset: Pictures) -> ShardSource:
    if not isinstance(dataset.source, ShardSource):
        raise ValueError(
            f"{dataset.root} is a folder of pictures, this sampler reads shards; take EpochSampler "
            "to train and DefaultSampler to evaluate, or give shards as data_root"
        )
    return dataset.source
