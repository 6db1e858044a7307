"""Linear probing as in the MAE paper (arXiv 2111.06377, Table 10) and the released code.

The class token after the encoder's final norm, BatchNorm without weights (eps 1e-6), one linear
layer that starts at std .01; random crops and flips, nothing else.
"""

_base_ = "./imagenet.py"

epochs = 90
warmup_epochs = 10
batch_size = 16384
device_batch_size = 512  # what BatchNorm sees at a time, as released: 32 devices of 512
base_lr = 0.1
min_lr = 0.0

model = dict(type="LinearProbe", pool="token", head_std=0.01)
train_dataloader = dict(sampler=dict(type="EpochSampler"))
optim_wrapper = dict(
    type="AutocastOptimWrapper",
    dtype="bfloat16",
    constructor="LayerDecayOptimWrapperConstructor",
    optimizer=dict(type="LARS", momentum=0.9, weight_decay=0.0),
    paramwise_cfg=dict(layer_decay=1.0, no_decay=["1d"]),
)
default_hooks = dict(sync_buffers=dict(type="SyncBuffersHook"))  # BatchNorm's averages
