"""The local-heat paper's pair at temperatures: does it show the same features, only with more noise?"""

from magheat.studies.thermal.reproduce import reproduce

__all__ = ["reproduce"]
