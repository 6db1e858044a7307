"""MAE with a decoder of 256 dims (512 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/decoder-width-256.py \\
        --work-dir runs/mae_ablations_decoder-width-256 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.8 %, linear 71.3 %
Source: arXiv 2111.06377, Table 1b
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-decoder-width-256"
model = dict(decoder=dict(embed_dims=256))
