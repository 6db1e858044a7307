"""ImageNet-1K, partial fine-tuning of ViT-L: half of the last block (its MLP).

Run     torchrun --nproc-per-node 8 -m transfer.classify \
            transfer/configs/imagenet/partial-half_vit-l_50e.py --launcher pytorch \
            --work-dir runs/imagenet/mae-l --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-l.pth data_root=PATH/TO/imagenet
Smoke   without torchrun and --launcher: add batch_size=2 epochs=2 warmup_epochs=1
            train_dataloader.dataset.limit=4 val_dataloader.dataset.limit=4; on a CPU also
            optim_wrapper.dtype=float32
Cost    not measured
Expect  MAE on raw pixels, 800 epochs, 79.1 top-1
Source  https://arxiv.org/abs/2111.06377, section 4.3 and Figure 9: Table 9's settings; the paper
        takes the best of 50, 100 and 200 epochs a point. 0 blocks is linear_vit-l_90e, all 24
        finetune_vit-l_50e.
"""

_base_ = "./finetune_vit-l_50e.py"

model = dict(trainable_blocks=0.5)
