"""The names, their split and their examples, as the lecture makes them."""
import random

import torch

END = "."


def read_names(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().split("\n") if line]


class Data:
    """Three splits of examples: `contexts[split]` is `[N, T]`, `targets[split]` is `[N]`."""

    def __init__(self, path, context, shuffle_seed):
        names = read_names(path)
        self.vocabulary = [END, *sorted(set("".join(names)))]
        token = {character: i for i, character in enumerate(self.vocabulary)}
        random.seed(shuffle_seed)
        random.shuffle(names)
        first, second = int(0.8 * len(names)), int(0.9 * len(names))
        parts = {"train": names[:first], "valid": names[first:second], "test": names[second:]}
        self.contexts, self.targets = {}, {}
        for split, part in parts.items():
            contexts, targets = [], []
            for name in part:
                window = [0] * context
                for character in name + END:
                    contexts.append(window)
                    targets.append(token[character])
                    window = [*window[1:], token[character]]
            self.contexts[split] = torch.tensor(contexts)
            self.targets[split] = torch.tensor(targets)


def batches(spec, data, generator):
    """Yields the training examples of each step: drawn from all, or one after the other from a shuffled set."""
    count, size = len(data.targets["train"]), spec["batchSize"]
    kind = spec.get("batches") or {"from": "sample"}
    while kind["from"] == "sample":
        yield torch.randint(0, count, (size,), generator=generator)
    while True:
        order = torch.randperm(count, generator=generator)
        for batch in order.split(size):
            if len(batch) == size or kind["last"] == "keep":
                yield batch
