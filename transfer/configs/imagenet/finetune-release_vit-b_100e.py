"""ImageNet-1K, end-to-end fine-tuning of ViT-B as MAE's released code does it.

Run     torchrun --nproc-per-node 8 -m transfer.classify \
            transfer/configs/imagenet/finetune-release_vit-b_100e.py --launcher pytorch \
            --work-dir runs/imagenet/mae-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/imagenet
Smoke   without torchrun and --launcher: add batch_size=2 epochs=2 warmup_epochs=1
            train_dataloader.dataset.limit=4 val_dataloader.dataset.limit=4; on a CPU also
            optim_wrapper.dtype=float32
Cost    not measured
Expect  the released 1600-epoch MAE 83.66 top-1 (83.57 ± .08 over 4 seeds)
Source  facebookresearch/mae, FINETUNE.md: base rate 5e-4 and layer decay .65 (the
        paper: 1e-3, .75), random erasing .25, the rate ends at 1e-6
"""

_base_ = "../_base_/imagenet_finetune.py"

base_lr = 5e-4
epochs = 100
min_lr = 1e-6
model = dict(erasing=0.25)
optim_wrapper = dict(paramwise_cfg=dict(layer_decay=0.65))
