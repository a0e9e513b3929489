"""The constants are those of SciPy's CODATA tables."""

import pytest
import scipy.constants

from magheat import constants


def test_constants_are_codata():
    assert constants.BOLTZMANN == scipy.constants.k
    assert constants.MU_0 == pytest.approx(scipy.constants.mu_0, rel=1e-9)  # the last digits move between adjustments
    electron = scipy.constants.physical_constants["electron gyromag. ratio"][0]
    assert constants.GAMMA_E == pytest.approx(electron, rel=1e-6)
