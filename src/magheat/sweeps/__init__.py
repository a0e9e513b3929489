"""Many experiments from one file: designs, and the runner that computes what a knowledge base does not have yet."""
