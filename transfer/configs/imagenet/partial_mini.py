"""Any small set of class folders, fine-tuning of the last block of ViT-Ti/16 at 128 x 128.

Run     python -m transfer.classify transfer/configs/imagenet/partial_mini.py --work-dir \
            runs/mini/partial --cfg-options data_root=PATH/TO/FOLDERS \
            model.backbone.init_cfg.checkpoint=mae-ti.pth
Smoke   add epochs=2
Cost    36 s of one core of an AMD EPYC, start included, for 334 and 279 pictures
Expect  chance, or little above it, from minutes of pretraining; compare differences only
Source  partial-1_vit-l_50e.py; sizes are this project's
"""

_base_ = "./finetune_mini.py"

model = dict(trainable_blocks=1)
