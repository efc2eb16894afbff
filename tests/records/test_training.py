"""What a config's recipe says."""

from mmengine.config import Config

from smallbig_mm.records.training import planned


def test_a_learning_rate_that_the_config_leaves_to_pytorch():
    cfg = Config(
        dict(
            optim_wrapper=dict(optimizer=dict(type="Adam")),
            train_dataloader=dict(batch_size=4),
            train_cfg=dict(max_epochs=1),
        )
    )
    assert planned(cfg)["lr"] == 1e-3
    cfg.optim_wrapper.optimizer.lr = 0.5
    assert planned(cfg)["lr"] == 0.5
