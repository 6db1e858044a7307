"""ImageNet-1K, end-to-end fine-tuning of ViT-B: the MAE paper's protocol (Table 3).

Run     torchrun --nproc-per-node 8 -m transfer.classify \
            transfer/configs/imagenet/finetune_vit-b_100e.py --launcher pytorch \
            --work-dir runs/imagenet/mae-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/imagenet
Smoke   without torchrun and --launcher: add batch_size=2 epochs=2 warmup_epochs=1
            train_dataloader.dataset.limit=4 val_dataloader.dataset.limit=4; on a CPU also
            optim_wrapper.dtype=float32
Cost    not measured
Expect  MAE 1600 epochs 83.6 top-1; MoCo v3 83.2, BEiT 83.2, DINO 82.8
Source  https://arxiv.org/abs/2111.06377, Table 9 (settings) and Table 3 (results)
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 100
