"""Which solver fits an experiment, and why."""

from magheat.workflows.recommend.advice import Advice
from magheat.workflows.recommend.choice import Recommendation, recommend
from magheat.workflows.recommend.regime import Regime

__all__ = ["Advice", "Recommendation", "Regime", "recommend"]
