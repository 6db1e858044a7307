"""ImageNet-1K, end-to-end fine-tuning of ViT-H as MAE's released code does it.

Run     as finetune-release_vit-b_100e.py
Smoke   as finetune-release_vit-b_100e.py
Cost    not measured
Expect  the released 1600-epoch MAE 86.93 top-1
Source  facebookresearch/mae, FINETUNE.md: drop path .3 (the paper: .2),
        random erasing .25, the rate ends at 1e-6
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 50
device_batch_size = 16
min_lr = 1e-6
model = dict(erasing=0.25, backbone=dict(arch="huge", drop_path_rate=0.3))
