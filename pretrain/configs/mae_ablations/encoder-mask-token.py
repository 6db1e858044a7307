"""MAE whose encoder sees mask tokens too (it sees the visible patches only).

Run:    python -m pretrain pretrain/configs/mae_ablations/encoder-mask-token.py \\
        --work-dir runs/mae_ablations_encoder-mask-token --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.2 %, linear 59.6 %; 3.3 times the computation
Source: arXiv 2111.06377, Table 1c
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-encoder-mask-token"
model = dict(form="mask-token")
