"""VQ-VAE, 8192 code words for patches of 16 pixels.

Run:    python -m pretrain pretrain/configs/tokenizers/vq-8192.py \\
        --work-dir runs/tokenizers_vq-8192 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: not published; usage and perplexity are logged every epoch
Source: arXiv 1711.00937 (VQ-VAE); sizes and schedule are choices
"""

_base_ = ["../_base_/tokenizer_imagenet.py"]

method = "vq"
model = dict(tokenizer=dict(name="vq"))
