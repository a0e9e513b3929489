"""The local heat of interacting nanoparticles (Phys. Rev. B 102, 214412), figure by figure."""

from magheat.studies.local_heat.reproduce import reproduce

__all__ = ["reproduce"]
