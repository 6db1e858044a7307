"""Toy scenes: what a class depends on, what is visible, what is repeatable."""

import numpy as np
import pytest

from transfer.toy import CLASSES, STUFF, render_scene
from transfer.toy.classes import OUTLINES, TEXTURES, outline_of, texture_of
from transfer.toy.patterns import ground_value, outline_distance, texture_value
from transfer.toy.write import VERSION


def scenes(count: int, size: int = 96) -> list:
    return [render_scene(np.random.default_rng(i), size) for i in range(count)]


# Mean brightness of 24 x 24 pixels of the first scene, and the version that drew it.
DRAWN = 2
MEANS = [
    [140.7, 105.9, 122.2, 152.0],
    [109.3, 87.8, 92.2, 111.0],
    [105.5, 119.7, 104.9, 130.7],
    [110.4, 117.8, 115.6, 107.0],
]


def test_scenes_are_drawn_as_their_version_says() -> None:
    """Raise VERSION with the means here: data sets already written are then written anew."""
    blocks = scenes(1)[0].image.reshape(4, 24, 4, 24, 3)
    assert DRAWN == VERSION
    np.testing.assert_allclose(blocks.mean((1, 3, 4)), MEANS, atol=0.5)


def test_every_pair_of_outline_and_texture_is_a_class_of_its_own() -> None:
    pairs = {(outline_of(i), texture_of(i)) for i in range(len(CLASSES))}
    assert pairs == {(outline, texture) for outline in OUTLINES for texture in TEXTURES}


def test_visible_masks_do_not_overlap_and_lie_on_no_unlabelled_shape() -> None:
    for scene in scenes(30):
        covered = sum(
            (instance.mask.astype(int) for instance in scene.instances), np.zeros((96, 96))
        )
        assert covered.max() <= 1
        assert not np.any((covered > 0) & (scene.stuff == 255))


def test_shapes_overlap_and_the_nearer_hides_the_farther() -> None:
    apart = [scene for scene in scenes(60) if len(scene.instances) > 1]
    touching = sum(
        bool(np.any(np.roll(a.mask, 1, 0) & b.mask))
        for scene in apart
        for a in scene.instances
        for b in scene.instances
        if a is not b
    )
    assert touching > 10


def test_objects_are_large_enough_for_patches_of_eight_pixels() -> None:
    areas = [instance.mask.sum() for scene in scenes(60) for instance in scene.instances]
    assert np.median(areas) > 6 * 8 * 8


def test_all_classes_and_grounds_occur() -> None:
    found = scenes(120)
    assert {i.class_index for scene in found for i in scene.instances} == set(range(len(CLASSES)))
    grounds = {int(label) for scene in found for label in np.unique(scene.stuff)}
    assert grounds == {*range(len(STUFF)), 255}


def test_colour_does_not_tell_the_class() -> None:
    """Mean colours of a class spread far wider than they differ between classes."""
    colours: dict[int, list[np.ndarray]] = {i: [] for i in range(len(CLASSES))}
    for scene in scenes(250, size=64):
        for instance in scene.instances:
            colours[instance.class_index].append(scene.image[instance.mask].mean(0))
    means = np.stack([np.mean(rows, axis=0) for rows in colours.values()])
    spread = np.mean([np.std(rows, axis=0) for rows in colours.values()])
    assert means.std(0).mean() < 0.4 * spread


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: outline_distance("star", np.zeros(1), np.zeros(1)), "disc or cross"),
        (lambda: texture_value("plaid", np.zeros(1), np.zeros(1)), "striped, checked or dotted"),
        (lambda: ground_value("sea", 8, np.random.default_rng(0)), "bricks, clouds or waves"),
    ],
)
def test_an_unknown_pattern_is_named(function, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function()
