"""`python -m ablate_lab ui runs/` starts `ablate ui runs/`."""

from .command import main

main()
