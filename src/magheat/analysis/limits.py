"""Field times frequency against the two limits that medicine quotes. Nothing here is medical advice."""

from __future__ import annotations

import xarray as xr

from magheat.analysis.loop import field_amplitude, scalar
from magheat.errors import SchemaError

#: A/(m s); Atkinson, Brezovich and Chakraborty, IEEE Trans. Biomed. Eng. 31, 70 (1984): tolerated for an hour by
#: volunteers with a coil around the chest (30 cm).
BREZOVICH_LIMIT = 4.85e8
#: A/(m s); Hergt and Dutz, J. Magn. Magn. Mater. 311, 187 (2007): for smaller regions of the body.
HERGT_DUTZ_LIMIT = 5e9


def field_frequency_product(run_or_amplitude: xr.Dataset | float, frequency: float | None = None) -> xr.Dataset:
    """Amplitude x frequency of a drive in A/(m s), and its ratio to both limits.

    Parameters
    ----------
    run_or_amplitude
        A run or a loop, whose drive is taken; or an amplitude in A/m.
    frequency
        Hz; the run's own when None.

    Returns
    -------
    Dataset
        ``product`` in A/(m s), ``brezovich_ratio`` to 4.85e8 and ``hergt_dutz_ratio`` to 5e9 A/(m s); above 1 means
        beyond the limit.

    Raises
    ------
    SchemaError
        When the frequency is neither given nor carried by the run.
    """
    if isinstance(run_or_amplitude, xr.Dataset):
        product = field_amplitude(run_or_amplitude) * scalar(run_or_amplitude, "frequency", frequency)
    elif frequency is None:
        raise SchemaError("frequency must be given with an amplitude; got None. Hz, such as 1e5.")
    else:
        product = xr.DataArray(float(run_or_amplitude) * frequency)
    values = {
        "product": (product, "A/(m s)", "Field times frequency"),
        "brezovich_ratio": (product / BREZOVICH_LIMIT, "1", "Ratio to the limit of Atkinson, Brezovich, Chakraborty"),
        "hergt_dutz_ratio": (product / HERGT_DUTZ_LIMIT, "1", "Ratio to the limit of Hergt and Dutz"),
    }
    return xr.Dataset({n: v.assign_attrs(units=units, long_name=words) for n, (v, units, words) in values.items()})
