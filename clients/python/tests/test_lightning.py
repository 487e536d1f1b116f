"""The callback for Lightning, driven by the real trainers of both of its packages."""

from __future__ import annotations

import importlib
from typing import Any, List

import pytest
from run_file import read_run

torch = pytest.importorskip("torch")
lightning = pytest.importorskip("lightning.pytorch")

from ablate_lab.callbacks import LightningCallback  # noqa: E402
from torch import nn  # noqa: E402

F = nn.functional


def data() -> Any:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(32, 5, generator=generator)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=4)


class Regression(lightning.LightningModule):
    """Two layers; remembers the losses of its batches."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.save_hyperparameters()
        torch.manual_seed(1)
        self.net = nn.Sequential(nn.Linear(5, width), nn.ReLU(), nn.Dropout(0.1), nn.Linear(width, 1))
        self.losses: List[float] = []

    def forward(self, x: Any) -> Any:
        return self.net(x)

    def training_step(self, batch: Any, at: int) -> Any:
        x, y = batch
        loss = F.mse_loss(self(x), y)
        self.losses.append(loss.item())
        self.log("train_mae", loss.sqrt())
        return loss

    def validation_step(self, batch: Any, at: int) -> None:
        x, y = batch
        self.log("val_loss", F.mse_loss(self(x), y))

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=1e-2)


class Adversaries(lightning.LightningModule):
    """Two optimizers by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.judge = nn.Linear(2, 5), nn.Linear(5, 1)
        self.losses: List[float] = []

    def training_step(self, batch: Any, at: int) -> None:
        first, second = self.optimizers()
        made = self.generator(torch.randn(4, 2))
        judged = F.softplus(self.judge(made.detach())).mean() + F.softplus(-self.judge(batch[0])).mean()
        second.zero_grad()
        self.manual_backward(judged)
        second.step()
        fooled = F.softplus(-self.judge(made)).mean()
        first.zero_grad()
        self.manual_backward(fooled)
        first.step()
        self.losses.append((judged.item() + fooled.item()) / 2)

    def configure_optimizers(self) -> Any:
        return [torch.optim.SGD(part.parameters(), lr=0.01) for part in (self.generator, self.judge)]


def train(folder: Any, module: Any, callback: Any, package: str = "lightning.pytorch", **arguments: Any) -> Any:
    """Trains for some epochs and returns what the callback has recorded."""
    usual = {"max_epochs": 2, "log_every_n_steps": 4, "num_sanity_val_steps": 1}
    trainer = importlib.import_module(package).Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, callbacks=[callback], default_root_dir=folder, **{**usual, **arguments},
    )  # fmt: skip
    torch.manual_seed(3)
    loaders = {"train_dataloaders": data()}
    if module.automatic_optimization:
        loaders["val_dataloaders"] = data()
    trainer.fit(module, **loaders)
    return read_run(next((folder / "runs").iterdir()))


def probes_of(said: Any) -> List[Any]:
    return [head for head, _ in said.frames if head["type"] == "probe"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("accumulation", [1, 4])
def test_every_optimizer_step_has_the_mean_loss_of_its_batches(tmp_path: Any, accumulation: int) -> None:
    module = Regression()
    callback = LightningCallback("sum/adam", folder=tmp_path / "runs")
    said = train(tmp_path, module, callback, accumulate_grad_batches=accumulation)
    batches = torch.tensor(module.losses).reshape(-1, accumulation).mean(1).tolist()
    assert said.losses == pytest.approx(batches, rel=1e-5)
    assert said.rates == [1e-2] * (16 // accumulation)
    assert (said.head["name"], said.head["steps"]) == ("sum/adam", 16 // accumulation)
    assert said.head["config"] == {"width": 8} and said.end["state"] == "finished"
    assert [one["name"] for one in said.head["parameters"]][0] == "net.0.weight"


@pytest.mark.filterwarnings("ignore")
def test_metrics_of_steps_and_validations_are_recorded(tmp_path: Any) -> None:
    said = train(tmp_path, Regression(), LightningCallback(folder=tmp_path / "runs"))
    assert [step for step, _ in said.metrics["val_loss"]] == [8, 16]  # not that of the sanity check
    assert {4, 8, 12, 16} <= {step for step, _ in said.metrics["train_mae"]}


@pytest.mark.filterwarnings("ignore")
def test_probes_by_the_first_batch_and_by_one_that_is_given(tmp_path: Any) -> None:
    said = train(tmp_path, Regression(), LightningCallback(folder=tmp_path / "runs", probes=8))
    assert [(one["step"], one["examples"]) for one in probes_of(said)] == [(0, 4), (8, 4), (16, 4)]
    batch = next(iter(data()))
    callback = LightningCallback(folder=tmp_path / "given" / "runs", probes=batch, probe_loss=F.mse_loss)
    given = train(tmp_path / "given", Regression(), callback)
    layers = {one["name"]: one for one in probes_of(given)[0]["layers"]}
    assert layers["net.0"]["nonlinearity"] == "relu"
    assert "weight_gradient" in layers["net.3"]["tensors"]


@pytest.mark.filterwarnings("ignore")
def test_training_is_the_same_bit_by_bit_with_and_without(tmp_path: Any) -> None:
    plain, probing = Regression(), Regression()
    train(tmp_path / "plain", plain, LightningCallback(folder=tmp_path / "plain" / "runs", ratios=None))
    train(tmp_path, probing, LightningCallback(folder=tmp_path / "runs", probes=1))
    assert plain.losses == probing.losses


@pytest.mark.filterwarnings("ignore")
def test_two_optimizers_by_hand_make_one_step(tmp_path: Any) -> None:
    module = Adversaries()
    said = train(tmp_path, module, LightningCallback(folder=tmp_path / "runs"))
    assert said.losses == pytest.approx(module.losses, rel=1e-5)
    assert len(said.ratios) == 16 and said.columns == 4
    assert all(ratio > 0 for row in said.ratios for ratio in row)


class Failing(Regression):
    def training_step(self, batch: Any, at: int) -> Any:
        if at == 3:
            raise RuntimeError("no more data")
        return super().training_step(batch, at)


@pytest.mark.filterwarnings("ignore")
def test_a_training_that_fails_ends_the_run_with_its_error(tmp_path: Any) -> None:
    with pytest.raises(RuntimeError, match="no more data"):
        train(tmp_path, Failing(), LightningCallback(folder=tmp_path / "runs"))
    said = read_run(next((tmp_path / "runs").iterdir()))
    assert (said.end["state"], said.end["error"], len(said.losses)) == ("failed", "RuntimeError: no more data", 3)


@pytest.mark.filterwarnings("ignore")
def test_the_older_package_takes_the_same_callback(tmp_path: Any) -> None:
    older = pytest.importorskip("pytorch_lightning")

    class Older(older.LightningModule):  # type: ignore[name-defined, misc]
        __init__, forward = nn.Module.__init__, Regression.forward
        training_step, configure_optimizers = Regression.training_step, Regression.configure_optimizers
        validation_step = Regression.validation_step

    module = Older()
    older.LightningModule.__init__(module)
    module.net, module.losses = nn.Linear(5, 1), []
    said = train(tmp_path, module, LightningCallback(folder=tmp_path / "runs"), "pytorch_lightning")
    assert said.losses == pytest.approx(module.losses, rel=1e-5)
