"""ImageNet-1K, linear probing of ViT-B: the MAE paper's protocol (Table 12).

Run     torchrun --nproc-per-node 8 -m transfer.classify \
            transfer/configs/imagenet/linear_vit-b_90e.py --launcher pytorch \
            --work-dir runs/imagenet/mae-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/imagenet
Smoke   without torchrun and --launcher: add batch_size=2 epochs=2 warmup_epochs=1
            train_dataloader.dataset.limit=4 val_dataloader.dataset.limit=4; on a CPU also
            optim_wrapper.dtype=float32
Cost    not measured
Expect  MAE 1600 epochs 68.0 top-1; released code 67.8
Source  https://arxiv.org/abs/2111.06377, Table 10; facebookresearch/mae, FINETUNE.md
"""

_base_ = "../_base_/imagenet_linear.py"
