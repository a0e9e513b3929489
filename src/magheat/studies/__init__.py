"""Papers, figure by figure: numbers from the simulators, tables, figures, and a report that stands alone."""
