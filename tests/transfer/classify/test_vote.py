"""Nearest neighbours and their vote against a plain float64 implementation."""

import math

import pytest
import torch

from transfer.classify.knn import NearestNeighbours
from transfer.classify.vote import nearest, vote


def by_hand(
    queries: torch.Tensor, bank: torch.Tensor, labels: torch.Tensor, k: int, temperature: float
) -> list[list[int]]:
    """Every query's classes, best first, by loops and Python's own sorting."""
    answers = []
    for query in queries.double().tolist():
        dots = [sum(a * b for a, b in zip(query, row, strict=True)) for row in bank.tolist()]
        nearest_rows = sorted(range(len(dots)), key=lambda i: -dots[i])[:k]
        scores: dict[int, float] = {}
        for i in nearest_rows:
            label = int(labels[i])
            scores[label] = scores.get(label, 0.0) + math.exp(dots[i] / temperature)
        ranked = sorted(scores, key=lambda label: -scores[label])[:5]
        answers.append(ranked + [-1] * (5 - len(ranked)))
    return answers


@pytest.fixture
def data() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    bank = torch.nn.functional.normalize(torch.randn(203, 12).double(), dim=1)
    queries = torch.nn.functional.normalize(torch.randn(17, 12).double(), dim=1)
    return queries, bank, torch.randint(9, (203,))


@pytest.mark.parametrize("chunk", [1, 7, 64, 203, 1000])
@pytest.mark.parametrize("k", [1, 5, 20, 203])
def test_exact_for_any_chunk(data: tuple[torch.Tensor, ...], k: int, chunk: int) -> None:
    queries, bank, labels = data
    similarities, where = nearest(queries, bank, k, chunk=chunk)
    assert torch.equal(where, (queries @ bank.T).sort(descending=True).indices[:, :k])
    found = vote(similarities, labels[where], num_classes=9, temperature=0.07)
    assert found.tolist() == by_hand(queries, bank, labels, k, 0.07)


def test_the_vote_is_weighted_and_bounded() -> None:
    similarities, labels = torch.tensor([[1.0, 0.9, 0.9, 0.9]]), torch.tensor([[2, 1, 1, 1]])
    ask = {"num_classes": 7}
    assert vote(similarities, labels, temperature=0.07, **ask).tolist() == [[2, 1, -1, -1, -1]]
    assert vote(similarities, labels, temperature=1.0, **ask).tolist() == [[1, 2, -1, -1, -1]]
    assert vote(similarities, labels, temperature=0.005, **ask)[0, 0] == 2  # exp(200) overflows


TINY = {"arch": None, "img_size": 16, "patch_size": 8, "embed_dims": 8, "depth": 2, "num_heads": 2}


def test_the_model_asks_every_number_of_neighbours_of_its_bank() -> None:
    torch.manual_seed(0)
    model = NearestNeighbours(TINY, 4, k=3, more_k=(1, 8), chunk=3).double().eval()
    pictures, labels = torch.randn(9, 3, 16, 16).double(), torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 0])
    bank = model(pictures)
    assert torch.allclose(bank.norm(dim=1), torch.ones(9))
    model.remember(bank, labels)
    queries = torch.randn(5, 3, 16, 16).double()
    found = model(queries, mode="predict")
    for suffix, k in {"": 3, "_k1": 1, "_k8": 8}.items():
        expected = by_hand(model(queries), bank, labels, k, 0.07)
        assert [sample["ranked"][suffix] for sample in found] == [row[:4] for row in expected]


def test_pooling_takes_the_class_token_or_the_patches_after_the_norm() -> None:
    torch.manual_seed(0)
    images = torch.randn(2, 3, 16, 16)
    for pool in ("token", "mean"):
        model = NearestNeighbours(TINY, 4, pool=pool).eval()  # type: ignore[arg-type]
        tokens = model.backbone.features(images)
        pooled = tokens[:, 0] if pool == "token" else tokens[:, 1:].mean(1)
        assert torch.allclose(model(images), torch.nn.functional.normalize(pooled, dim=1))
    half = NearestNeighbours(TINY, 4, dtype="bfloat16").eval()
    half.load_state_dict(model.state_dict())
    assert half(images).dtype == torch.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool": "max"}, "pool must be 'mean' or 'token', got 'max'"),
        ({"dtype": "float16"}, "dtype must be one of bfloat16, float32, got 'float16'"),
    ],
)
def test_options_that_are_none(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NearestNeighbours(TINY, 4, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a backbone with cls_token=True"):
        NearestNeighbours({**TINY, "cls_token": False}, 4)
