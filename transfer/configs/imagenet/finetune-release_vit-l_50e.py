"""ImageNet-1K, end-to-end fine-tuning of ViT-L as MAE's released code does it.

Run     as finetune-release_vit-b_100e.py
Smoke   as finetune-release_vit-b_100e.py
Cost    not measured
Expect  the released 1600-epoch MAE 85.95 top-1 (85.87 ± .07 over 4 seeds)
Source  facebookresearch/mae, FINETUNE.md: drop path .2 (the paper: .1),
        random erasing .25, the rate ends at 1e-6
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 50
min_lr = 1e-6
model = dict(erasing=0.25, backbone=dict(arch="large", drop_path_rate=0.2))
