"""The callback for the Trainer of Hugging Face, driven by the real one."""

from __future__ import annotations

import warnings
from typing import Any, Dict, List

import pytest
from run_file import read_run

import ablate_lab

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from ablate_lab.callbacks import HFCallback  # noqa: E402


class Sentences(torch.utils.data.Dataset):  # type: ignore[name-defined, misc]
    """Counts upwards, from somewhere."""

    def __len__(self) -> int:
        return 48

    def __getitem__(self, at: int) -> Dict[str, Any]:
        ids = (torch.arange(12) + at) % 17
        return {"input_ids": ids, "labels": ids}


def model() -> Any:
    """Returns a GPT-2 of two layers."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 17, "n_positions": 16, "n_embd": 16, "n_layer": 2, "n_head": 2}
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0))


def train(folder: Any, callback: Any, trained: Any = None, **arguments: Any) -> Any:
    """Trains for some steps and returns the trainer."""
    usual: Dict[str, Any] = {"save_strategy": "no", "max_steps": 6, "per_device_train_batch_size": 8, "logging_steps": 1, "learning_rate": 1e-2}
    args = transformers.TrainingArguments(
        output_dir=str(folder / "out"), report_to=[], use_cpu=True, disable_tqdm=True, seed=5,
        **{**usual, **arguments},
    )  # fmt: skip
    trainer = transformers.Trainer(
        model=model() if trained is None else trained,
        args=args,
        train_dataset=Sentences(),
        eval_dataset=Sentences(),
        callbacks=[callback] if callback is not None else [],
    )
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    return trainer


def recorded(folder: Any) -> Any:
    [path] = (folder / "runs").iterdir()
    return read_run(path)


def of(trainer: Any, name: str) -> List[float]:
    return [entry[name] for entry in trainer.state.log_history if name in entry]


@pytest.mark.parametrize("accumulation", [1, 3])
def test_every_optimizer_step_has_the_loss_and_the_rate_that_the_trainer_logs(tmp_path: Any, accumulation: int) -> None:
    callback = HFCallback("gpt/small", folder=tmp_path / "runs")
    trainer = train(tmp_path, callback, gradient_accumulation_steps=accumulation, per_device_train_batch_size=8 // accumulation)
    said = recorded(tmp_path)
    assert said.losses == pytest.approx(of(trainer, "loss"), abs=1e-4)
    assert said.rates == pytest.approx(of(trainer, "learning_rate"))
    assert [number for _, number in said.metrics["grad_norm"]] == pytest.approx(of(trainer, "grad_norm"))
    assert [step for step, _ in said.metrics["grad_norm"]] == [1, 2, 3, 4, 5, 6]
    assert said.columns == len([one for one in said.head["parameters"]]) and len(said.ratios) == 6
    assert all(0 < ratio for row in said.ratios for ratio in row)


def test_the_run_says_what_the_trainer_was_told(tmp_path: Any) -> None:
    train(tmp_path, HFCallback(folder=tmp_path / "runs"), warmup_steps=2, run_name="named")
    said = recorded(tmp_path)
    assert (said.head["name"], said.head["seed"], said.head["steps"]) == ("named", 5, 6)
    config = said.head["config"]
    assert config["training"]["warmup_steps"] == 2 and config["training"]["learning_rate"] == 1e-2
    assert config["model"]["n_layer"] == 2
    assert "output_dir" not in config["training"] and "adam_beta1" not in config["training"]
    assert said.end["state"] == "finished" and said.end["reason"] == "training ended"


def test_evaluations_are_metrics_and_the_first_batch_is_probed_with_gradients(tmp_path: Any) -> None:
    callback = HFCallback(folder=tmp_path / "runs", probes="1-2-5")
    trainer = train(tmp_path, callback, eval_strategy="steps", eval_steps=3)
    said = recorded(tmp_path)
    assert said.metrics["eval_loss"] == list(zip([3, 6], of(trainer, "eval_loss")))
    assert "train_runtime" not in said.metrics and "loss" not in said.metrics
    probes = [head for head, _ in said.frames if head["type"] == "probe"]
    assert [one["step"] for one in probes] == [0, 1, 2, 5, 6]
    layers = {one["name"]: one for one in probes[-1]["layers"]}
    assert layers["transformer.h.0.mlp.c_fc"]["nonlinearity"] == "gelu_tanh"
    assert layers["transformer.h.1"]["tensors"]["activation_gradient"]["std"] > 0
    assert probes[-1]["loss"] < probes[0]["loss"]


def test_training_is_the_same_bit_by_bit_with_and_without(tmp_path: Any) -> None:
    plain = train(tmp_path, None)
    probing = train(tmp_path, HFCallback(folder=tmp_path / "runs", probes=1))
    weights = plain.model.state_dict()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in probing.model.state_dict().items())
    assert of(plain, "loss") == of(probing, "loss")


def test_a_training_that_goes_on_from_a_checkpoint_goes_on_with_its_run(tmp_path: Any) -> None:
    callback = HFCallback(folder=tmp_path / "runs")
    trainer = train(tmp_path, callback, max_steps=4, save_strategy="steps", save_steps=2)
    trainer.train(resume_from_checkpoint=str(tmp_path / "out" / "checkpoint-2"))
    runs = sorted((read_run(path) for path in (tmp_path / "runs").iterdir()), key=lambda one: one.head["start"])
    assert [(one.head["start"], len(one.losses)) for one in runs] == [(0, 4), (2, 2)]
    assert runs[1].head["resumes"] == runs[0].head["id"] and runs[0].head["resumes"] is None
    assert runs[0].losses[2:] == pytest.approx(runs[1].losses)


def test_a_full_disk_does_not_stop_the_trainer(tmp_path: Any) -> None:
    (tmp_path / "runs").write_text("no folder")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        trainer = train(tmp_path, HFCallback(folder=tmp_path / "runs", probes=1))
    assert trainer.state.global_step == 6
    assert len([one for one in told if one.category is ablate_lab.RecordingWarning]) == 1
