"""k nearest neighbours: 20 by default, cosine similarity, temperature .07.

The paper of MAE has no such number. The class token after the final norm is DINO's choice
(arXiv 2104.14294); `model.pool=mean` takes the patch tokens.
"""

_base_ = "./imagenet.py"

batch_size = 512  # pictures at a time, over all devices; changes no result
device_batch_size = 64

model = dict(
    type="NearestNeighbours",
    pool="token",
    k=20,
    more_k=(10, 100, 200),
    temperature=0.07,
    dtype="bfloat16",
    chunk=65536,
)
train_dataloader = dict(
    drop_last=False,
    dataset=dict(train=False),  # as validation pictures; one that cannot be read is left out
)
train_cfg = dict(_delete_=True, type="FeatureBankLoop")
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.0))  # MMEngine wants one
default_hooks = dict(checkpoint=None)  # nothing is learnt
