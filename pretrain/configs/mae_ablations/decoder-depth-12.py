"""MAE with a decoder of 12 blocks (8 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/decoder-depth-12.py \\
        --work-dir runs/mae_ablations_decoder-depth-12 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.4 %, linear 73.3 %
Source: arXiv 2111.06377, Table 1a
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-decoder-depth-12"
model = dict(decoder=dict(depth=12))
