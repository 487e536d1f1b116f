"""A deep multilayer perceptron that learns the height of hills. With ablate_lab its training is recorded."""
import argparse
import torch, torch.nn as nn, torch.nn.functional as F
import ablate_lab

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--steps", type=int, default=600)
parser.add_argument("--sick", default="healthy", help="high-lr, dead-relus, frozen or exploding: break it, to see it diagnosed")
parser.add_argument("--folder", default="runs")
args = parser.parse_args()
torch.manual_seed(args.seed)
torch.set_num_threads(1)  # the network is too small for more

def batch(n=64):
    """Draws points of a square and the height of the hills there: [n, 2], [n, 1]."""
    x = 2 * torch.rand(n, 2) - 1
    return x, torch.sin(3 * x[:, :1]) * torch.cos(2 * x[:, 1:]) + x[:, :1] * x[:, 1:]

WIDTH, DEPTH = 64, 6
layers = [nn.Linear(2, WIDTH), nn.ReLU()]
for _ in range(DEPTH - 1): layers += [nn.Linear(WIDTH, WIDTH), nn.ReLU()]
model = nn.Sequential(*layers, nn.Linear(WIDTH, 1))
for layer in model:
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
        if args.sick == "exploding": layer.weight.data *= 6
if args.sick == "dead-relus": nn.init.constant_(model[6].bias, -10)

trained = [p for name, p in model.named_parameters() if not (args.sick == "frozen" and name.startswith("4."))]
optimizer = torch.optim.Adam(trained, lr=100 * args.lr if args.sick == "high-lr" else args.lr)
run = ablate_lab.watch(model, optimizer, name=f"mlp/{args.sick}-s{args.seed}", config=vars(args), seed=args.seed,
                       steps=args.steps, folder=args.folder, probe_batch=batch(), probe_loss=F.mse_loss)
for step in range(args.steps):
    x, y = batch()
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    run.loss(loss)
    optimizer.step()
    if (step + 1) % 50 == 0:
        x, y = batch(512)
        with torch.no_grad(): run.log(valid_loss=F.mse_loss(model(x), y))
run.finish()
