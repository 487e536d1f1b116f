"""A small convolutional network that tells drawn shapes apart. With ablate_lab its training is recorded."""
import argparse
import torch, torch.nn as nn, torch.nn.functional as F
import ablate_lab

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--lr", type=float, default=0.02)
parser.add_argument("--steps", type=int, default=400)
parser.add_argument("--sick", default="healthy", help="high-lr, dead-relus or frozen: break it, to see it diagnosed")
parser.add_argument("--folder", default="runs")
args = parser.parse_args()
torch.manual_seed(args.seed)
torch.set_num_threads(1)  # the network is too small for more

SIZE, BATCH = 16, 32
rows, columns = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")

def batch(n=BATCH):
    """Draws discs, squares, crosses and rings of any place and size under noise: images [n, 1, 16, 16], kinds [n]."""
    kinds = torch.randint(4, (n,))
    y, x, r = torch.randint(5, 11, (n, 1, 1)), torch.randint(5, 11, (n, 1, 1)), torch.randint(2, 5, (n, 1, 1))
    dy, dx = (rows - y).abs(), (columns - x).abs()
    away, square = (dy**2 + dx**2).float().sqrt(), torch.maximum(dy, dx) <= r
    shapes = torch.stack([away <= r, square, square & ((dy == 0) | (dx == 0)), (away - r).abs() < 0.7], 1)
    return shapes[torch.arange(n), kinds].float()[:, None] + 0.3 * torch.randn(n, 1, SIZE, SIZE), kinds

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.conv2, self.norm2 = nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.hidden, self.head = nn.Linear(32 * 16, 64), nn.Linear(64, 4)
    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)  # [n, 16, 8, 8]
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)  # [n, 32, 4, 4]
        return self.head(F.relu(self.hidden(x.flatten(1))))

model = Net()
if args.sick == "dead-relus": nn.init.constant_(model.hidden.bias, -20)
lr = 100 * args.lr if args.sick == "high-lr" else args.lr
trained = [p for name, p in model.named_parameters() if not (args.sick == "frozen" and "2." in name)]
optimizer = torch.optim.SGD(trained, lr=lr, momentum=0.9, weight_decay=1e-4)
run = ablate_lab.watch(model, optimizer, name=f"cnn/{args.sick}-s{args.seed}", config=vars(args), seed=args.seed,
                       steps=args.steps, folder=args.folder, probe_batch=batch(), probe_loss=F.cross_entropy)
for step in range(args.steps):
    images, kinds = batch()
    loss = F.cross_entropy(model(images), kinds)
    optimizer.zero_grad()
    loss.backward()
    run.loss(loss)
    optimizer.step()
    if (step + 1) % 50 == 0:
        model.eval()
        images, kinds = batch(256)
        with torch.no_grad(): logits = model(images)
        run.log(valid_loss=F.cross_entropy(logits, kinds), accuracy=(logits.argmax(1) == kinds).float().mean())
        model.train()
run.finish()
