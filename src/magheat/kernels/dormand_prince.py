"""The Runge-Kutta pair 5(4) of Dormand and Prince with dense output of order 4.

Numbers: J. R. Dormand and P. J. Prince, J. Comput. Appl. Math. 6 (1980) 19; dense output: E. Hairer, S. P. Norsett,
G. Wanner, Solving Ordinary Differential Equations I, section II.6. Stage 6 holds the rates at the end of the step.
"""

import numpy as np

from magheat.kernels.lane_type import load, store
from magheat.kernels.numba_options import device

STAGES, LAST = 6, 6
NODES = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])


@device
def stage_sum(k, r, s):
    """Weighted sum of the rates so far, row ``r``, that leads to stage ``s``; stage 6 is the new state."""
    k0 = load(k[0], r)
    if s == 1:
        return 1 / 5 * k0
    k1 = load(k[1], r)
    if s == 2:
        return 3 / 40 * k0 + 9 / 40 * k1
    k2 = load(k[2], r)
    if s == 3:
        return 44 / 45 * k0 - 56 / 15 * k1 + 32 / 9 * k2
    k3 = load(k[3], r)
    if s == 4:
        return 19372 / 6561 * k0 - 25360 / 2187 * k1 + 64448 / 6561 * k2 - 212 / 729 * k3
    k4 = load(k[4], r)
    if s == 5:
        return 9017 / 3168 * k0 - 355 / 33 * k1 + 46732 / 5247 * k2 + 49 / 176 * k3 - 5103 / 18656 * k4
    return 35 / 384 * k0 + 500 / 1113 * k2 + 125 / 192 * k3 - 2187 / 6784 * k4 + 11 / 84 * load(k[5], r)


@device
def row_error(k, r):
    """Squared difference of the orders 5 and 4 in row ``r``, per squared step."""
    e = 71 / 57600 * load(k[0], r) - 71 / 16695 * load(k[2], r) + 71 / 1920 * load(k[3], r)
    e = e - 17253 / 339200 * load(k[4], r) + 22 / 525 * load(k[5], r) - 1 / 40 * load(k[6], r)
    return e * e


#: Powers 1 to 4 of theta in the weight of each stage.
DENSE = np.array(
    [
        [1.0, -2.8535800653862835, 3.0717434641059005, -1.1270175653862835],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 4.023133379230305, -6.249321565289, 2.675424484351598],
        [0.0, -3.7324019615885042, 10.068970589843675, -5.685526961588504],
        [0.0, 2.5548038301849423, -6.399112377351017, 3.5219323679207912],
        [0.0, -1.3744241142186024, 3.272657752246729, -1.7672812570757455],
        [0.0, 1.3824689317781436, -3.764937863556287, 2.382468931778144],
    ]
)


@device
def dense_weights(weights, theta):
    """Write w so that y(t + theta dt) = y + dt sum_s w_s k_s; one row per stage (7)."""
    for s in range(7):
        inner = DENSE[s, 1] + theta * (DENSE[s, 2] + theta * DENSE[s, 3])
        store(weights, s, theta * (DENSE[s, 0] + theta * inner))
