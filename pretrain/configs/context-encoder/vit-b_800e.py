"""Context encoder on a ViT-B/16: a hole in the middle, raw pixels, 800 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/context-encoder/vit-b_800e.py \\
        --work-dir runs/context-encoder_vit-b_800e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: not published for a ViT
Source: arXiv 1604.07379 (the task, without its adversarial loss), arXiv 2111.06377 (recipe)
"""

_base_ = ["../_base_/mae_imagenet.py"]

method = "context-encoder"
epochs = 800
model = dict(
    encoder=dict(arch="base"),
    masking=dict(type="CentreMask"),
    mask_ratio=0.1833,  # 6 x 6 of 14 x 14 patches; 7 x 7, a quarter, cannot be in the middle
    target=dict(normalize=False),
)
