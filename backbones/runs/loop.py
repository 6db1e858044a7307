"""MMEngine's loop over epochs, able to go on in the middle of one.

The default begins a resumed epoch anew and counts too many iterations. Here the iterations already
done are left out of it, by the sampler and so without reading anything.
"""

from mmengine.registry import LOOPS
from mmengine.runner import EpochBasedTrainLoop


@LOOPS.register_module()
class ResumableEpochLoop(EpochBasedTrainLoop):
    """For samplers that can `skip`; an uninterrupted epoch runs as in the default loop."""

    def run_epoch(self) -> None:
        self.runner.call_hook("before_train_epoch")
        self.runner.model.train()
        done = self._iter - self._epoch * len(self.dataloader)
        if done:
            self.dataloader.sampler.skip(done * self.dataloader.batch_size)
        for number, batch in enumerate(self.dataloader, start=done):
            self.run_iter(number, batch)
        self.runner.call_hook("after_train_epoch")
        self._epoch += 1
