"""Papers, figure by figure: their parameters, their figures, and what their sentences are worth in numbers."""
