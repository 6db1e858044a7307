"""Any folder of pictures; folder, side and batch are filled in from where they stand."""

train_dataloader = dict(
    dataset=dict(type="Pictures", scale=(0.2, 1.0)),
    sampler=dict(type="EpochSampler"),
    collate_fn=dict(type="stack_pictures"),
    drop_last=True,
)
