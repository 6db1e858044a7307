"""The order in which shards are read: shuffled, yet nearly one after another.

An epoch's shards are put in random order and their pictures, in a row, cut into equal streams. In a
stream each picture moves by less than `buffer` places, as through WebDataset's shuffle buffer; a
step takes as many from each. All of it follows from (seed, epoch) and the counts in the index,
before a byte is read, so any process knows any batch: a step sees the same pictures whatever the
number of processes and workers, each process reads only the shards of its streams, and a run goes
on in the middle of an epoch with neither a repeated nor a lost picture.
"""

import numpy as np
from mmengine.registry import DATA_SAMPLERS

from backbones.pictures.dataset import Pictures
from backbones.pictures.randomness import derive
from backbones.pictures.sampler import EpochSampler
from backbones.shards.source import ShardSource


@DATA_SAMPLERS.register_module()
class ShardSampler(EpochSampler):
    """`EpochSampler` for pictures in shards: whole batches, the rest waits an epoch.

    Args:
        streams: number of places an epoch is read at, at once. Processes share them evenly, so
            their number must divide it, and it must divide the batch.
        buffer: how far a picture may move within its stream.

    Raises:
        ValueError: where streams, processes and batch do not divide, or the data fills no batch.
    """

    def __init__(
        self,
        dataset: Pictures,
        batch_size: int,
        seed: int | None = None,
        streams: int = 8,
        buffer: int = 4096,
    ) -> None:
        super().__init__(dataset, batch_size, seed)
        if not isinstance(dataset.source, ShardSource):
            raise ValueError(
                f"{dataset.root} is a folder, ShardSampler reads shards; take EpochSampler, or "
                "give the index.json of shards as data_root"
            )
        if streams % self.world_size or batch_size % streams:
            raise ValueError(
                f"{streams} streams of shards do not split over {self.world_size} processes, or "
                f"a batch of {batch_size} not over them; set train_dataloader.sampler.streams to a "
                "multiple of the one that divides the other"
            )
        self.counts = np.diff(dataset.source.index.starts)
        self.starts = dataset.source.index.starts
        self.batch_size, self.streams, self.buffer = batch_size, streams, buffer

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
        order = np.concatenate(
            [np.arange(self.starts[s], self.starts[s] + self.counts[s]) for s in shards]
        )
        length = self.size // self.streams
        order = order[: length * self.streams].reshape(self.streams, length)
        moved = np.arange(length) + draw.random(order.shape) * self.buffer
        return np.take_along_axis(order, moved.argsort(axis=1, kind="stable"), axis=1)
