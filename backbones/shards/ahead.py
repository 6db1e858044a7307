"""Which shards are read soon, told along with the pictures."""

import math
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from backbones.shards.source import ShardSource


def announced(
    source: ShardSource, epoch: int, order: Sequence[int], shards: float
) -> Iterator[tuple[int, ...]]:
    """`order` as draws: epoch, index, and pictures whose shards are first read so much later.

    Later by as many pictures as that many shards last. Each shard is told of once, all that are
    needed at the beginning with the first picture; none, where they lie on this machine.
    """
    first: list[int] = []  # where in the order each shard is first read
    if source.remote and shards and order:
        first = np.unique(source.shard_of(np.array(order)), return_index=True)[1].tolist()
    distance = math.ceil(shards * len(order) / max(1, len(first)))
    later = deque(sorted(first))
    for place, index in enumerate(order):
        soon = []
        while later and later[0] <= place + distance:
            soon.append(order[later.popleft()])
        yield (epoch, index, *soon)
