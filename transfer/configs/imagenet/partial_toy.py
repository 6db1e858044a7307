"""Toy scenes as class folders, fine-tuning of the last block on the demo's ViT.

Run     python -m transfer.toy data/toy --size 96
        python -m transfer.classify transfer/configs/imagenet/partial_toy.py --work-dir \
            runs/toy/partial --cfg-options data_root=data/toy/imagenet \
            model.backbone.init_cfg.checkpoint=mae.pth
Smoke   add epochs=2
Cost    35 s of one core of an AMD EPYC, start included
Expect  56.0 top-1 from 22 epochs of the demo's MAE (normalised pixels); random 53.0
        (1200 and 200 pictures)
Source  partial-1_vit-l_50e.py; sizes are this project's
"""

_base_ = "./finetune_toy.py"

model = dict(trainable_blocks=1)
