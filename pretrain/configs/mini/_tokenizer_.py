"""The mini tokenizers: 512 words for 16-pixel patches; 900 pictures fill no more."""

_base_ = ["../_base_/tokenizer.py", "_base_.py"]

epochs = 20
warmup_epochs = 1
batch_size = 32
device_batch_size = 32
base_lr = 8e-3
model = dict(
    tokenizer=dict(vocabulary=512, strides=(4, 2, 2), widths=(48, 96, 128), code_dims=16, decay=0.9)
)
# Crops of half the side show patches as large as the encoder sees them.
train_dataloader = dict(dataset=dict(size=64, scale=(0.06, 0.25)))
default_hooks = dict(figure=dict(size=128))
