"""Ways to turn an experiment into a dataset; all keep the promises of ``base.Solver``."""
