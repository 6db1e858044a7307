"""MAE with a decoder of 128 dims (512 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/decoder-width-128.py \\
        --work-dir runs/mae_ablations_decoder-width-128 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.9 %, linear 69.1 %
Source: arXiv 2111.06377, Table 1b
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-decoder-width-128"
model = dict(decoder=dict(embed_dims=128))
