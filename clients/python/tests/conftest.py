"""One thread for PyTorch: tests run beside others, and their networks are small."""

try:
    import torch
except ImportError:
    pass
else:
    torch.set_num_threads(1)
