"""Trains a little with Lightning, Keras and Hugging Face's Trainer, whose loggers write files; prints what they logged."""

import json
import os
import sys

os.chdir(sys.argv[1])
os.environ.update(KERAS_BACKEND="torch", HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")

import torch

torch.manual_seed(0)
said = {}


def with_lightning():
    import lightning
    from lightning.pytorch.loggers import CSVLogger

    class Kept(CSVLogger):
        """Keeps what it is given beside what it writes."""

        rows = []

        def log_metrics(self, metrics, step=None):
            self.rows.append({"step": step, **{name: float(value) for name, value in metrics.items()}})
            super().log_metrics(metrics, step)

    class Model(lightning.LightningModule):
        def __init__(self, lr=0.1, hidden=5):
            super().__init__()
            self.save_hyperparameters()
            self.linear = torch.nn.Linear(3, 1)

        def training_step(self, batch, index):
            loss = self.linear(batch[0]).pow(2).mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch, index):
            self.log("val_loss", self.linear(batch[0]).pow(2).mean())

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)

    data = torch.utils.data.TensorDataset(torch.randn(20, 3))
    batches = torch.utils.data.DataLoader(data, batch_size=2)
    logger = Kept(".", flush_logs_every_n_steps=1)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    trainer = lightning.Trainer(max_epochs=3, logger=logger, log_every_n_steps=2, accelerator="cpu", **quiet)
    trainer.fit(Model(), batches, batches)
    said["lightning"] = logger.rows


def with_keras():
    import keras
    import numpy

    random = numpy.random.default_rng(0)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    inputs, targets = random.normal(size=(20, 3)), numpy.zeros(20)
    logger = keras.callbacks.CSVLogger("keras.csv")
    fit = model.fit(
        inputs, targets, validation_data=(inputs, targets), epochs=4, verbose=0, callbacks=[logger]
    )
    said["keras"] = [dict(zip(fit.history, row)) for row in zip(*fit.history.values())]


def with_transformers():
    from transformers import Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(3, 1)

        def forward(self, x, labels=None):
            outputs = self.linear(x)
            return {"loss": (outputs - labels).pow(2).mean(), "logits": outputs}

    data = [{"x": torch.randn(3), "labels": torch.zeros(1)} for _ in range(40)]
    arguments = TrainingArguments(
        output_dir="hf",
        num_train_epochs=3,
        per_device_train_batch_size=4,
        logging_steps=2,
        eval_strategy="epoch",
        save_steps=10,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(model=Model(), args=arguments, train_dataset=data, eval_dataset=data)
    trainer.train()
    trainer.save_state()
    said["transformers"] = trainer.state.log_history


with_lightning()
with_keras()
with_transformers()
with open("said.json", "w") as file:
    json.dump(said, file)
