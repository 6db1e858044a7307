"""Supervised from scratch, ViT-B/16, 300 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/supervised/vit-b_300e.py \\
        --work-dir runs/supervised_vit-b --amp \\
        --cfg-options data_root=data/imagenet/train val_root=data/imagenet/val
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet top-1 82.3 %; published COCO 47.9 AP box is DeiT-B's, not this recipe's
Source: arXiv 2111.06377, Table 11 (recipe), Table 3 (result)
"""

_base_ = ["../_base_/supervised_imagenet.py"]

epochs = 300
model = dict(encoder=dict(arch="base", drop_path_rate=0.1))
