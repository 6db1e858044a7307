"""The demo's tokenizers: 512 words for 12-pixel patches, trained on 48-pixel crops."""

_base_ = ["../_base_/tokenizer.py", "_base_.py"]

epochs = 8
warmup_epochs = 1
batch_size = 32
device_batch_size = 32
base_lr = 1.6e-2
model = dict(
    tokenizer=dict(vocabulary=512, strides=(4, 3), widths=(48, 96), code_dims=16, decay=0.9)
)
# A crop of half the side holds textures at the size that the encoder sees them.
train_dataloader = dict(dataset=dict(size=48, scale=(0.12, 0.25)))
default_hooks = dict(figure=dict(size=96))
