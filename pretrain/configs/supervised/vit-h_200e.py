"""Supervised from scratch, ViT-H/14, 200 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/supervised/vit-h_200e.py \\
        --work-dir runs/supervised_vit-h --amp \\
        --cfg-options data_root=data/imagenet/train val_root=data/imagenet/val
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet top-1 83.1 %
Source: arXiv 2111.06377, Table 11 (recipe), Table 3 (result)
"""

_base_ = ["../_base_/supervised_imagenet.py"]

epochs = 200
model = dict(encoder=dict(arch="huge", drop_path_rate=0.2))
