"""MAE with one of every four patches visible, regularly (random is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/mask-grid-75.py \\
        --work-dir runs/mae_ablations_mask-grid-75 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.0 %, linear 66.0 %
Source: arXiv 2111.06377, Table 1f
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-mask-grid-75"
model = dict(masking=dict(type="GridMask"))
