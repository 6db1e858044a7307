"""MAE on DALL-E's tokens, ViT-H, 1600 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/mae/vit-h_dvae-token_1600e.py \\
        --work-dir runs/mae_vit-h_dvae-token_1600e --amp \\
        --cfg-options data_root=data/imagenet/train \\
        model.target.tokenizer.encoder=encoder.pkl
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 86.9 %
Source: arXiv 2111.06377, Tables 7 and 8; 1600 epochs as its other rows
"""

_base_ = ["vit-b_dvae-token_1600e.py"]

model = dict(encoder=dict(arch="huge"), target=dict(second_size=128))
train_dataloader = dict(dataset=dict(second_size=128))
