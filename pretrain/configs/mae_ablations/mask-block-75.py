"""MAE with block-wise masks of 75 % (random is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/mask-block-75.py \\
        --work-dir runs/mae_ablations_mask-block-75 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 82.8 %, linear 63.9 %
Source: arXiv 2111.06377, Table 1f
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-mask-block-75"
model = dict(masking=dict(type="BlockMask", fill=True))
