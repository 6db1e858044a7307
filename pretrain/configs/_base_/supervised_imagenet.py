"""The from-scratch schedule on ImageNet-1K (arXiv 2111.06377, Table 11); 200 for L and H."""

_base_ = ["supervised.py", "imagenet.py"]

epochs = 300
warmup_epochs = 20
base_lr = 1e-4  # per 256 pictures
