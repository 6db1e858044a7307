"""What the model reconstructs, drawn every few epochs from the same pictures and masks.

Shapes: N pictures, L patches, H W pixels.
"""

import copy
from pathlib import Path

import torch
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor

from backbones.runs.files import write_atomic
from pretrain.model import MaskedImageModel
from pretrain.panel import draw_panel
from pretrain.patches import unpatchify

GREY = 128


@HOOKS.register_module()
class ReconstructionFigure(Hook):
    """Writes `reconstruction/epoch_NNN.png`: original, masked, reconstruction, pasted.

    "Pasted" keeps the visible patches and fills the hidden ones with the prediction; the model is
    not asked for the visible ones, which is why "reconstruction" looks worse there.
    """

    def __init__(self, interval: int = 20, pictures: int = 6, seed: int = 0) -> None:
        self.interval = interval
        self.pictures = pictures
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        views = copy.copy(runner.train_dataloader.dataset)
        views.train, views.augment = False, None  # the same centre crop every time
        number = min(self.pictures, len(views))
        chosen = torch.linspace(0, len(views) - 1, number).long().tolist()
        self.images = torch.stack([views[index]["images"] for index in chosen])  # uint8

    def after_train_epoch(self, runner: Runner) -> None:
        last = runner.epoch + 1 == runner.max_epochs
        if not is_main_process() or not (last or self.every_n_epochs(runner, self.interval)):
            return
        epoch = runner.epoch + 1
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        columns = self.columns(model)
        caption = f"epoch {epoch}, {model.mask_ratio:.0%} hidden"
        if model.target.note:
            caption += f"\n{model.target.note}"
        digits = len(str(runner.max_epochs))
        path = Path(runner.work_dir) / "reconstruction" / f"epoch_{epoch:0{max(3, digits)}d}.png"
        write_atomic(path, draw_panel(columns, caption))

    @torch.no_grad()
    def columns(self, model: MaskedImageModel) -> dict[str, Tensor]:
        """Title to uint8 pictures `[N, 3, H, W]`, in the order they are drawn."""
        preprocess, size = model.data_preprocessor, model.encoder.patch_size
        images = preprocess({"images": self.images})["images"]
        generator = torch.Generator().manual_seed(self.seed)
        noise = torch.rand(len(images), model.encoder.num_patches, generator=generator)
        was_training = model.training
        model.eval()
        _, prediction, mask = model(images, noise=noise.to(images.device))
        model.train(was_training)
        whole = preprocess.to_bytes(model.target.picture(prediction, images))
        original = self.images.to(whole.device)
        values = mask[:, :, None].expand(-1, -1, 3 * size**2).to(torch.uint8)  # [N, L, P]
        hidden = unpatchify(values, size, model.encoder.grid).bool()  # [N, 3, H, W]
        return {
            "original": original,
            "masked": original.masked_fill(hidden, GREY),
            "reconstruction": whole,
            "pasted": torch.where(hidden, whole, original),
        }
