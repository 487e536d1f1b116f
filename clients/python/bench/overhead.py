"""What recording adds to a step: processor time of one thread, sides in turn, median and spread of the rounds.

A figure of a round is that of its best chunk: what other processes disturb is left out. A chunk of the small net has 256
steps, so that each has its part of writing.

Prints a table for docs/performance.md. `--quick` makes few steps; peers that are not installed are left out.
"""

import argparse
import os
import statistics
import tempfile
import time
import warnings

import torch
from torch import nn

import ablate_lab

torch.set_num_threads(1)

FOLDER = tempfile.mkdtemp(prefix="ablate-overhead-")


def two_layer():
    """The net of the lecture: 11,627 numbers in five tensors."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Embedding(27, 10), nn.Flatten(), nn.Linear(30, 200), nn.Tanh(), nn.Linear(200, 27))


class TwoLayer:
    """Steps of a two-layer net, with whatever a side does around them."""

    def __init__(self, before=None, after=None, watched=None):
        self.model = two_layer()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        self.x, self.y = torch.randint(27, (10_000, 3)), torch.randint(27, (10_000,))
        self.run = None if watched is None else ablate_lab.watch(self.model, self.optimizer, folder=FOLDER, **watched)
        self.before, self.after = before, after
        self.step = 0

    def steps(self, count):
        """Returns processor seconds per step."""
        began = time.process_time()
        for _ in range(count):
            at = torch.randint(10_000, (32,))
            loss = nn.functional.cross_entropy(self.model(self.x[at]), self.y[at])
            self.optimizer.zero_grad()
            loss.backward()
            if self.run:
                self.run.loss(loss)
            self.optimizer.step()
            if self.after:
                self.after(self, loss)
            self.step += 1
        return (time.process_time() - began) / count


def gpt2_shapes(scale):
    """The 148 tensors of GPT-2 small, whose sides are divided by `scale`."""
    width = 768 // scale
    block = [(width,), (width,), (3 * width, width), (3 * width,), (width, width), (width,)]
    block += [(width,), (width,), (4 * width, width), (4 * width,), (width, 4 * width), (width,)]
    return [(50257 // scale, width), (1024, width), *block * 12, (width,), (width,)]


class AdamW:
    """Steps of AdamW alone, on gradients that stay."""

    def __init__(self, scale, watched=None):
        torch.manual_seed(0)
        self.model = nn.ParameterList([nn.Parameter(torch.randn(shape) * 0.02) for shape in gpt2_shapes(scale)])
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, foreach=True)
        for one in self.model.parameters():
            one.grad = torch.randn_like(one) * 1e-3
        self.run = None if watched is None else ablate_lab.watch(self.model, self.optimizer, folder=FOLDER, **watched)
        self.optimizer.step()

    def steps(self, count):
        """Returns processor seconds per step."""
        loss = torch.zeros(())
        began = time.process_time()
        for _ in range(count):
            if self.run:
                self.run.loss(loss)
            self.optimizer.step()
        return (time.process_time() - began) / count


def peers():
    """Yields names and sides of other recorders that are installed."""
    try:
        import wandb

        made = wandb.init(project="overhead", mode="offline", dir=FOLDER, settings=wandb.Settings(console="off", x_disable_stats=True))
        yield "wandb, loss alone", TwoLayer(after=lambda _, loss: made.log({"loss": loss.item()}))
        watched = TwoLayer(after=lambda _, loss: made.log({"loss": loss.item()}))
        made.watch(watched.model, log="all", log_freq=1)
        yield 'wandb.watch(log="all", log_freq=1)', watched
    except ImportError:
        pass
    try:
        from tensorboardX import SummaryWriter

        writer = SummaryWriter(os.path.join(FOLDER, "events"))

        def histograms(side, loss):
            writer.add_scalar("loss", loss.item(), side.step)
            for name, one in side.model.named_parameters():
                writer.add_histogram(name, one.detach().numpy(), side.step)
                writer.add_histogram(f"{name}.grad", one.grad.numpy(), side.step)

        yield "tensorboardX, loss alone", TwoLayer(after=lambda side, loss: writer.add_scalar("loss", loss.item(), side.step))
        yield "tensorboardX, histograms of weights and gradients", TwoLayer(after=histograms)
    except ImportError:
        pass


def measured(sides, rounds, chunks, steps):
    """Takes the sides in turn, chunk by chunk; returns seconds per step of every round. The first only warms up."""
    times = {name: [] for name in sides}
    for at in range(rounds + 1):
        taken = {name: [] for name in sides}
        for _ in range(chunks if at else 1):
            for name, side in sides.items():
                side.steps(max(1, steps // 4))  # brings its memory back into the caches
                taken[name].append(side.steps(steps))
        for name, own in taken.items():
            if at:
                times[name].append(min(own))
    return times


def table(title, times, unit):
    """Prints medians, spreads, and what each side adds to the first, round by round."""
    scale, word = {"us": (1e6, "us"), "ms": (1e3, "ms")}[unit]
    bare = next(iter(times.values()))
    print(f"\n| {title} | {word} a step | adds | of the bare step |\n|---|---|---|---|")
    added = {}
    for name, own in times.items():
        more = [mine - theirs for mine, theirs in zip(own, bare)]
        shares = [one / theirs for one, theirs in zip(more, bare)]
        added[name] = more
        if own is bare:
            print(f"| {name} | {spread(own, scale)} | | |")
        else:
            print(f"| {name} | {spread(own, scale)} | {spread(more, scale)} | {spread(shares, 100)} % |")
    return added


def spread(values, scale=1.0):
    """Median, and in brackets the lowest and the highest."""
    low, middle, high = (scale * one for one in (min(values), statistics.median(values), max(values)))
    digits = 0 if middle >= 100 else 1 if middle >= 1 else 2
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def transformer_flops(tokens):
    """Matrix work of a step of GPT-2 small: six a number and token, and the attention."""
    return 6 * 124e6 * tokens + 12 * 12 * 768 * tokens * tokens


def product_seconds(flops):
    """Returns how long this thread multiplies for so much matrix work, by a product of the model's own shape."""
    a, b = torch.randn(1024, 768), torch.randn(768, 3072)
    best = min(timed(lambda: a @ b) for _ in range(5))
    return flops / (2 * 1024 * 768 * 3072) * best


def timed(act):
    began = time.process_time()
    act()
    return time.process_time() - began


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--only", choices=["two-layer", "peers", "gpt2"])
    given = options.parse_args()
    rounds, chunks = (2, 2) if given.quick else (given.rounds, 6)
    print(f"PyTorch {torch.__version__}, one thread, {rounds} rounds of {chunks} chunks in turn")
    if given.only in (None, "two-layer"):
        sides = {
            "bare": TwoLayer(),
            "watch, ratios rms": TwoLayer(watched={}),
            "watch, ratios std": TwoLayer(watched={"ratios": "std"}),
            "watch, every=10": TwoLayer(watched={"every": 10}),
            "watch, ratios=None": TwoLayer(watched={"ratios": None}),
        }
        table("two-layer net, 5 tensors", measured(sides, rounds, chunks, 256), "us")
    if given.only in (None, "peers"):
        sides = {"bare": TwoLayer(), "ablate_lab.watch": TwoLayer(watched={}), **dict(peers())}
        added = table("the same net beside others", measured(sides, rounds, 4, 32), "us")
        for name, more in added.items():
            if name not in ("bare", "ablate_lab.watch"):
                ours = statistics.median(added["ablate_lab.watch"])
                print(f"{name}: {statistics.median(more) / ours:.1f} times what watch adds")
    if given.only in (None, "gpt2"):
        for scale, unit, parts, count in ((16, "ms", 4, 20), (1, "ms", 3, 1)):
            if given.quick and scale == 1:
                continue
            sides = {"AdamW": AdamW(scale), "watch, ratios rms": AdamW(scale, {}), "watch, ratios std": AdamW(scale, {"ratios": "std"})}
            numbers = sum(one.numel() for one in sides["AdamW"].model.parameters())
            added = table(f"AdamW on the 148 tensors of GPT-2 small, {numbers / 1e6:.1f} M", measured(sides, rounds, parts, count), unit)
            if scale == 1:
                step = product_seconds(transformer_flops(1024))
                share = [100 * one / step for one in added["watch, ratios rms"]]
                print(f"a step of 1,024 tokens multiplies for {step:.1f} s: watch adds {spread(share)} % of it")


if __name__ == "__main__":
    warnings.simplefilter("error", ablate_lab.RecordingWarning)
    main()
