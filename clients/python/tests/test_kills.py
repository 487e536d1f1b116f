"""A training that is killed at any moment leaves what was written 0.2 s before."""

import glob
import os
import random
import struct
import time
import unittest

import torch
from recorded import RecordedCase, read_run, started
from torch import nn

import ablate_lab

SEED = 7
KILLS = 30
#: What a training tells of each step before it makes it: its number, its loss, and when that is.
TOLD = struct.Struct("<qdd")


class Kills(RecordedCase):
    def test_what_was_written_is_whole(self):
        moments = random.Random(SEED)
        whole = []
        for round in range(KILLS):
            with self.subTest(round=round, seed=SEED):
                whole.append(self.killed(f"{self.folder}/{round}", moments.uniform(0, 0.7)))
        self.assertGreater(sum(whole), 100)

    def killed(self, folder, seconds):
        os.mkdir(folder)
        diary = f"{folder}/diary"
        child = started(train_for_ever, folder, diary)
        while not os.path.exists(diary) or not os.path.getsize(diary):
            time.sleep(0.01)
        time.sleep(seconds)  # the moment is what is tested
        child.kill()
        child.join()
        with open(diary, "rb") as file:
            data = file.read()
        told = list(TOLD.iter_unpack(data[: len(data) - len(data) % TOLD.size]))
        [path] = glob.glob(f"{folder}/*.ablate")
        said = read_run(path)  # raises where a frame is damaged
        for (step, loss, _), recorded in zip(told, said.losses):
            self.assertEqual(loss, recorded, f"loss of step {step}")
        last = told[-1][2]
        due = [step for step, _, at in told if at < last - 0.2]
        self.assertGreaterEqual(len(said.losses), len(due))
        self.assertIsNone(said.end)
        return len(said.losses)


def train_for_ever(folder, diary):
    """Tells of each step before it makes it."""
    told = os.open(diary, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for one in model.parameters():
        one.grad = torch.ones_like(one)
    run = ablate_lab.watch(model, optimizer, folder=folder)
    step = 0
    while True:
        loss = float(random.random())
        os.write(told, TOLD.pack(step, loss, time.monotonic()))
        run.loss(loss)
        optimizer.step()
        step += 1
        if step % 10 == 0:
            time.sleep(0.001)  # leaves the processor to others


if __name__ == "__main__":
    unittest.main()
