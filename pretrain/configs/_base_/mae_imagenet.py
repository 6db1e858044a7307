"""MAE's long schedule on ImageNet-1K (arXiv 2111.06377, Table 8 and section 4)."""

_base_ = ["mae.py", "imagenet.py"]

epochs = 1600
warmup_epochs = 40
base_lr = 1.5e-4  # per 256 pictures
