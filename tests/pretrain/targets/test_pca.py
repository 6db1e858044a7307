"""The PCA target against a singular value decomposition of centred patches, in float64."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.testing import assert_close

from pretrain.targets.pca import PCATarget

PATCH, COMPONENTS = 4, 6
VALUES = 3 * PATCH**2
Array = NDArray[np.float64]


@pytest.fixture
def images() -> Tensor:
    """Correlated values, no direction like another, a mean that is not zero: `[24, 3, 8, 12]`."""
    generator = np.random.default_rng(0)
    mixed = generator.normal(size=(24, 6, VALUES)) * 0.9 ** np.arange(VALUES)
    mixed = mixed @ generator.normal(size=(VALUES, VALUES)) + generator.normal(size=VALUES)
    pixels = mixed.reshape(24, 2, 3, 3, PATCH, PATCH).transpose(0, 3, 1, 4, 2, 5)
    return torch.from_numpy(pixels.reshape(24, 3, 8, 12))


@pytest.fixture
def target(images: Tensor) -> PCATarget:
    fitted = PCATarget(PATCH, components=COMPONENTS).double()
    fitted.fit(images.split(7))
    return fitted


def cut(images: Tensor, broken: str = "") -> Array:
    """`[N, L, P]` by slicing."""
    order = {"channel first": (0, 1, 2), "column before row": (2, 1, 0)}.get(broken, (1, 2, 0))
    pictures = [
        [
            picture[:, y : y + PATCH, x : x + PATCH].transpose(order).ravel()
            for y in range(0, picture.shape[1], PATCH)
            for x in range(0, picture.shape[2], PATCH)
        ]
        for picture in images.numpy()
    ]
    return np.array(pictures)


def derive(images: Tensor, broken: str = "") -> tuple[Array, Array, Array, Array]:
    """Mean, basis `[P, C]`, shares of the variance, and the truth `[N, L, C]`."""
    patches = cut(images, broken)
    rows = patches.reshape(-1, VALUES)
    mean = np.zeros(VALUES) if broken == "not centred" else rows.mean(0)
    _, singular, directions = np.linalg.svd(rows - mean, full_matrices=False)
    chosen = slice(-COMPONENTS, None) if broken == "smallest" else slice(COMPONENTS)
    basis, variance = directions[chosen].T, singular**2
    share = variance[chosen] / variance[chosen if broken == "share of the chosen" else ...].sum()
    truth = (patches - (0 if broken == "mean left in" else mean)) @ basis
    if broken == "whitened":
        truth = truth / (singular[chosen] / np.sqrt(len(rows)))
    return mean, basis, share, truth


def furthest(target: PCATarget, images: Tensor, broken: str = "") -> float:
    """Largest difference from the derivation, where a component has no sign."""
    mean, basis, share, truth = derive(images, broken)
    signs = np.where((target.basis.numpy() * basis).sum(0) < 0, -1, 1)
    pairs = [
        (target.mean, mean),
        (target.basis, basis * signs),
        (target.explained, share),
        (target.truth(images), truth * signs),
    ]
    return max(float(np.abs(found.numpy() - expected).max()) for found, expected in pairs)


def test_fit_and_truth_equal_the_derivation(target: PCATarget, images: Tensor) -> None:
    assert furthest(target, images) < 1e-9


@pytest.mark.parametrize(
    "broken",
    [
        *("not centred", "mean left in", "smallest", "whitened", "share of the chosen"),
        *("channel first", "column before row"),
    ],
)
def test_the_comparison_notices_a_broken_variant(
    target: PCATarget, images: Tensor, broken: str
) -> None:
    assert furthest(target, images, broken) > 1e-2


def test_the_sign_does_not_depend_on_the_solver(target: PCATarget) -> None:
    assert (target.basis.sum(0) > 0).all()


def test_batches_in_any_order_are_as_good_as_one(target: PCATarget, images: Tensor) -> None:
    once = PCATarget(PATCH, components=COMPONENTS).double()
    once.fit([images])
    backwards = PCATarget(PATCH, components=COMPONENTS).double()
    backwards.fit(reversed(images.split(5)))
    for other in (once, backwards):
        for name, buffer in target.state_dict().items():
            assert_close(other.get_buffer(name), buffer, rtol=0, atol=1e-9, msg=name)


def test_what_fit_reports(images: Tensor) -> None:
    target = PCATarget(PATCH, components=COMPONENTS)
    share = derive(images)[2].sum()
    assert target.fit([images.float()]) == (
        f"6 of 48 PCA coefficients a patch explain {share:.1%} of the variance of 144 patches"
    )
    assert set(target.state_dict()) == {"mean", "basis", "explained"}  # travels in the checkpoint


def test_loss_and_gradient_equal_the_derivation(target: PCATarget, images: Tensor) -> None:
    truth = target.truth(images[:2])
    prediction = torch.randn(truth.shape, dtype=torch.float64, requires_grad=True)
    loss = target.loss(prediction, truth)
    weights = torch.rand(loss.shape, dtype=torch.float64)
    (loss * weights).sum().backward()
    away = prediction.detach().numpy() - truth.numpy()
    by_hand = np.array([[(row**2).sum() / COMPONENTS for row in picture] for picture in away])
    assert_close(loss.detach().numpy(), by_hand, rtol=1e-12, atol=0)
    gradient = 2 * away / COMPONENTS * weights.numpy()[:, :, None]
    assert prediction.grad is not None
    assert_close(prediction.grad.numpy(), gradient, rtol=1e-12, atol=0)
    assert not np.allclose((away**2).sum(2), by_hand)
    assert not np.allclose(np.abs(away).mean(2), by_hand)


def test_loss_is_the_squared_error_of_the_projected_patch(
    target: PCATarget, images: Tensor
) -> None:
    truth = target.truth(images[:2])
    prediction = torch.randn_like(truth)
    pixels = cut(target.picture(prediction, images[:2]) - target.picture(truth, images[:2]))
    expected = (pixels**2).sum(2) / COMPONENTS
    assert_close(target.loss(prediction, truth).numpy(), expected, rtol=1e-9, atol=0)


def test_picture_of_the_truth_is_the_projection_at_its_place(
    target: PCATarget, images: Tensor
) -> None:
    mean, basis, _, _ = derive(images)
    found = cut(target.picture(target.truth(images), images))
    assert_close(found, (cut(images) - mean) @ basis @ basis.T + mean, rtol=0, atol=1e-7)


def test_all_components_reproduce_the_picture(images: Tensor) -> None:
    target = PCATarget(PATCH, components=VALUES).double()
    target.fit([images])
    assert_close(target.explained.sum().item(), 1.0)
    assert_close(target.picture(target.truth(images), images), images, rtol=0, atol=1e-9)


def test_low_precision_stops_at_the_prediction(target: PCATarget, images: Tensor) -> None:
    target, images = target.float(), images.float()
    exact = target.truth(images)
    with torch.autocast("cpu", dtype=torch.bfloat16):  # as a training step
        truth = target.truth(images)
        loss = target.loss(exact.bfloat16(), truth)
    assert torch.equal(truth, exact)
    assert loss.dtype == torch.float32
    assert target.loss(exact.bfloat16(), exact).dtype == torch.float32
    assert target.loss(exact.bfloat16(), exact).max() > 0  # the prediction's own rounding


@pytest.mark.parametrize("components", [0, 49])
def test_more_components_than_values(components: int) -> None:
    with pytest.raises(ValueError, match=rf"components must be within 1…48, got {components}"):
        PCATarget(PATCH, components=components)


def test_nothing_to_fit_on() -> None:
    with pytest.raises(ValueError, match="no pictures to fit the PCA target on"):
        PCATarget(PATCH, components=2).fit([])
