"""A VQ-VAE at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/vq.py \\
        --work-dir runs/mini/pretrain/vq \\
        --cfg-options data_root=PICTURES
Smoke:  … epochs=3
Cost:   2 minutes on one core of an AMD EPYC, 900 pictures
Expect: 99 % of the 512 words in use, perplexity 449
Source: arXiv 1711.00937 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "vq"
model = dict(tokenizer=dict(name="vq"))
