"""Supervised from scratch, ViT-L/16, 200 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/supervised/vit-l_200e.py \\
        --work-dir runs/supervised_vit-l --amp \\
        --cfg-options data_root=data/imagenet/train val_root=data/imagenet/val
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet top-1 82.6 %, COCO 49.3 AP box, ADE20K 49.9 mIoU
Source: arXiv 2111.06377, Table 11 (recipe), Tables 3, 4 and 5 (results)
"""

_base_ = ["../_base_/supervised_imagenet.py"]

epochs = 200
model = dict(encoder=dict(arch="large", drop_path_rate=0.2))
