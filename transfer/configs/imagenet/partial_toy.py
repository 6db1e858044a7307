"""Toy scenes as class folders, fine-tuning of the last block on the demo's ViT.

Run     python -m transfer.toy data/toy --size 96
        python -m transfer.classify transfer/configs/imagenet/partial_toy.py --work-dir \
            runs/toy/partial --cfg-options data_root=data/toy/imagenet \
            model.backbone.init_cfg.checkpoint=mae.pth
Smoke   add epochs=2
Cost    not measured
Expect  EXPECT
Source  partial-1_vit-l_50e.py; sizes are this project's
"""

_base_ = "./finetune_toy.py"

model = dict(trainable_blocks=1)
