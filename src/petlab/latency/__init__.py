"""`petlab latency`: what each method adds to one forward pass of its base (Hu et al. 2021, table 1)."""
