"""A target that must learn from the pictures does so once, before the first step."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pretrain.__main__ import main
from pretrain.targets import PCATarget

Command = Callable[..., list[str]]


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each fit saw."""
    seen: list[int] = []
    fit = PCATarget.fit

    def counted(self: PCATarget, batches: object) -> str:
        pictures = list(batches)  # type: ignore[call-overload]
        seen.append(sum(len(batch) for batch in pictures))
        return fit(self, pictures)

    monkeypatch.setattr(PCATarget, "fit", counted)
    return seen


def test_fitted_once_kept_in_the_checkpoint_and_not_again_on_resume(
    tmp_path: Path, command: Command, fitted: list[int], pictures: Path
) -> None:
    config = tmp_path / "pca.py"
    base = Path("pretrain/configs/demo/mae_pixel.py").resolve()
    config.write_text(
        f"_base_ = [{str(base)!r}]\nmethod = 'mae-pca'\n"
        "model = dict(target=dict(_delete_=True, type='PCATarget', components=5))\n"
    )
    _, *arguments = command(tmp_path / "run", epochs=2)
    main([str(config), *arguments])
    assert fitted == [10]
    first = torch.load(tmp_path / "run/epoch_1.pth", weights_only=False)["state_dict"]
    last = torch.load(tmp_path / "run/epoch_2.pth", weights_only=False)["state_dict"]
    assert first["target.basis"].shape == (192, 5)
    assert 0 < first["target.explained"].sum() <= 1.0001
    assert torch.equal(first["target.basis"], last["target.basis"])

    (tmp_path / "run/epoch_2.pth").unlink()
    (tmp_path / "run/result.json").unlink()
    _, *arguments = command(tmp_path / "run", "--resume", epochs=2)
    main([str(config), *arguments])
    assert fitted == [10]  # it came from the checkpoint
    again = torch.load(tmp_path / "run/epoch_2.pth", weights_only=False)["state_dict"]
    for name, tensor in last.items():
        assert torch.equal(again[name], tensor), name
