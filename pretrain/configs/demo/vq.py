"""A VQ-VAE at the demo's scale.

Run:    python -m pretrain pretrain/configs/demo/vq.py \\
        --work-dir runs/demo/pretrain/vq --cfg-options data_root=PICTURES
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   not measured
Expect: as perceptual_vq.py
Source: arXiv 1711.00937 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "vq"
model = dict(tokenizer=dict(name="vq"))
