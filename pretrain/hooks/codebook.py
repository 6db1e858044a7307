"""How much of its codebook a tokenizer uses, every epoch, with a warning when it collapses.

Shapes: N pictures, K words.
"""

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor

COLLAPSED = 0.1  # share of words in use below which the log warns
CHUNK = 32  # pictures encoded at a time


@HOOKS.register_module()
class CodebookUsage(Hook):
    """Logs `usage`, the share of words chosen at least once, and `perplexity`.

    Both are of the codebook as it stands after the epoch, on the same centre crops every time: in
    training the words move from step to step, and a word that is replaced looks used. Perplexity is
    the exponential of the entropy of the choices: as many words, used equally often, would be as
    unpredictable.
    """

    priority = "LOW"  # before the record hook reads it

    def __init__(self, pictures: int = 256) -> None:
        self.pictures = pictures

    def before_train(self, runner: Runner) -> None:
        self.images = runner.train_dataloader.dataset.sample(self.pictures)

    @torch.no_grad()
    def after_train_epoch(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        words = model.tokenizer.vocabulary
        chosen = torch.zeros(words, dtype=torch.long)
        for images in self.images.split(CHUNK):
            tokens = model.tokenizer.encode(model.data_preprocessor({"images": images})["images"])
            chosen += torch.bincount(tokens.flatten().cpu(), minlength=words)
        usage, perplexity = spread(chosen)
        runner.message_hub.update_scalar("train/usage", usage)
        runner.message_hub.update_scalar("train/perplexity", perplexity)
        runner.logger.info(
            f"codebook: {usage:.1%} of {words} words in use, perplexity {perplexity:.0f}"
        )
        if usage < COLLAPSED:
            runner.logger.warning(
                f"the codebook has collapsed to {usage:.1%} of its {words} words; lower "
                "model.tokenizer.vocabulary, raise model.tokenizer.dead_below or the batch size"
            )


def spread(chosen: Tensor) -> tuple[float, float]:
    """Share of words used and the perplexity of counts `[K]`."""
    shares = chosen.double() / chosen.sum().clamp(min=1)
    used = shares[shares > 0]
    entropy = -(used * used.log()).sum()
    return float((chosen > 0).double().mean()), float(torch.exp(entropy))
