"""BEiT (arXiv 2106.08254, Table 12): mask tokens in the encoder, a linear head, block masks.

Positions are learned and absolute and there is no LayerScale, as in the paper's models; the
released code's default (shared relative position, LayerScale .1) differs.
"""

_base_ = ["masked.py", "imagenet.py"]

epochs = 800
warmup_epochs = 10
batch_size = 2048
base_lr = 1.875e-4  # per 256 pictures: 1.5e-3 at 2048
min_lr = 1e-5
optim_wrapper = dict(
    optimizer=dict(betas=(0.9, 0.999), weight_decay=0.05), clip_grad=dict(max_norm=3.0)
)
model = dict(
    form="mask-token",
    start="beit",
    encoder=dict(drop_path_rate=0.1),
    decoder=None,
    masking=dict(type="BlockMask", smallest=16),
    mask_ratio=0.382,  # 75 of 196 patches at most, as the released code; the paper says 40 %
    target=dict(type="TokenTarget"),
)
train_dataloader = dict(dataset=dict(scale=(0.08, 1.0), jitter=0.4))
