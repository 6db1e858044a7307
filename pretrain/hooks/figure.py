"""What the model makes of pictures, drawn every few epochs, always of the same ones."""

from pathlib import Path

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.runs.files import write_atomic
from backbones.runs.sharding import whole_model
from pretrain.columns import draw
from pretrain.panel import draw_panel


@HOOKS.register_module()
class ReconstructionFigure(Hook):
    """Writes `reconstruction/epoch_NNN.png`, with the same centre crops and masks every time.

    `size` in pixels, for models that take any size and are trained on crops of another.
    """

    def __init__(
        self, interval: int = 20, pictures: int = 6, seed: int = 0, size: int | None = None
    ) -> None:
        self.size = size
        self.interval = interval
        self.pictures = pictures
        self.seed = seed

    def before_train(self, runner: Runner) -> None:
        dataset = runner.train_dataloader.dataset
        self.batch = {"images": dataset.sample(self.pictures, self.size)}

    def after_train_epoch(self, runner: Runner) -> None:
        epoch = runner.epoch + 1
        if epoch != runner.max_epochs and not self.every_n_epochs(runner, self.interval):
            return
        model = whole_model(runner)
        if model is None:
            return
        was_training = model.training
        model.eval()
        drawing = draw(model, self.batch, self.seed)
        model.train(was_training)
        digits = len(str(runner.max_epochs))
        path = Path(runner.work_dir) / "reconstruction" / f"epoch_{epoch:0{max(3, digits)}d}.png"
        write_atomic(path, draw_panel(drawing.columns, f"epoch {epoch}, {drawing.caption}"))
