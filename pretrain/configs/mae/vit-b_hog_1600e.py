"""MAE on histograms of gradients, ViT-B/16, 1600 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/mae/vit-b_hog_1600e.py \\
        --work-dir runs/mae_vit-b_hog_1600e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: not published for this combination
Source: arXiv 2111.06377, Table 8 (recipe)
"""

_base_ = ["../_base_/mae_imagenet.py"]

method = "mae-hog"
model = dict(
    encoder=dict(arch="base"),
    target=dict(_delete_=True, type="HOGTarget"),
)
