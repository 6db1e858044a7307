"""SimMIM, ViT-B/16: raw pixels, L1, squares of 32 pixels, 800 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/simmim/vit-b_800e.py \\
        --work-dir runs/simmim_vit-b_800e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 83.8 %; no shipped transfer config takes its relative position yet
Source: arXiv 2111.09886 and its released code; batch 2048 and betas are choices
"""

_base_ = ["../_base_/masked.py", "../_base_/imagenet.py"]

method = "simmim"
epochs = 800
warmup_epochs = 10
lr_drops = (700,)
batch_size = 2048
base_lr = 5e-5  # per 256 pictures: 1e-4 per 512
optim_wrapper = dict(optimizer=dict(betas=(0.9, 0.999)), clip_grad=dict(max_norm=5.0))
model = dict(
    form="mask-token",
    start="beit",
    encoder=dict(arch="base", abs_pos=False, rel_pos="shared-table", drop_path_rate=0.1),
    masking=dict(type="SquareMask", side=2),
    mask_ratio=0.6,
    target=dict(type="PixelTarget", normalize=False, norm="l1"),
)
train_dataloader = dict(dataset=dict(scale=(0.67, 1.0)))
