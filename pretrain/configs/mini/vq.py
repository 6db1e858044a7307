"""A VQ-VAE at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/vq.py \\
        --work-dir runs/mini/pretrain/vq \\
        --cfg-options data_root=PICTURES
Smoke:  … epochs=3
Cost:   not measured
Expect: not measured
Source: arXiv 1711.00937 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "vq"
model = dict(tokenizer=dict(name="vq"))
