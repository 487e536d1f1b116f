"""A small GPT that learns to write names. With ablate_lab its training is recorded: `ablate ui runs` shows it live."""
import argparse, math, pathlib
import torch, torch.nn as nn, torch.nn.functional as F
import ablate_lab

parser = argparse.ArgumentParser()  # --sick high-lr, no-warm-up or frozen: break it, to see it diagnosed
for name, usual in {"seed": 1, "lr": 3e-3, "steps": 500, "sick": "healthy", "folder": "runs"}.items():
    parser.add_argument(f"--{name}", type=type(usual), default=usual)
args = parser.parse_args()
torch.manual_seed(args.seed)
torch.set_num_threads(1)  # the network is too small for more
T, C, HEADS, LAYERS, BATCH = 16, 64, 4, 3, 32
names = pathlib.Path(__file__).parents[2] / "data/names.txt"
letters, data = torch.tensor(list(names.read_bytes())).unique(return_inverse=True)
train, valid = data[:-20_000], data[-20_000:]

def batch(data):
    at = torch.randint(len(data) - T - 1, (BATCH, 1)) + torch.arange(T + 1)
    return data[at][:, :-1], data[at][:, 1:]
def loss_of(logits, targets): return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(C), nn.LayerNorm(C)
        self.qkv, self.out = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.mlp = nn.Sequential(nn.Linear(C, 4 * C), nn.GELU(), nn.Linear(4 * C, C))
    def forward(self, x):
        q, k, v = self.qkv(self.norm1(x)).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))
class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(len(letters), C), nn.Embedding(T, C)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(C), nn.Linear(C, len(letters), bias=False)
        for weight in (p for p in self.parameters() if p.dim() > 1): nn.init.normal_(weight, std=0.02)
    def forward(self, x):
        x = self.tokens(x) + self.places(torch.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(x.detach() if args.sick == "frozen" else x)))

model = GPT()
factor, warm_up = {"high-lr": (30, 50), "no-warm-up": (10, 1)}.get(args.sick, (1, 50))
optimizer = torch.optim.AdamW(model.parameters(), lr=factor * args.lr, weight_decay=0.1)
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: min(1, (step + 1) / warm_up) * (0.55 + 0.45 * math.cos(math.pi * step / args.steps)))
run = ablate_lab.watch(model, optimizer, name=f"gpt/{args.sick}-s{args.seed}", config=vars(args), seed=args.seed,
                       steps=args.steps, folder=args.folder, probe_batch=batch(train), probe_loss=loss_of)  # recorded
for step in range(args.steps):
    inputs, targets = batch(train)
    loss = loss_of(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    run.loss(loss)  # recorded
    optimizer.step()
    schedule.step()
    if (step + 1) % 50 == 0:
        inputs, targets = batch(valid)
        with torch.no_grad(): run.log(valid_loss=loss_of(model(inputs), targets))  # recorded
run.finish()
