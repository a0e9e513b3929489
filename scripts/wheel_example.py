"""One cycle of a small pair with the installed package: the heat of each particle, kept in a knowledge base."""

import pathlib
import sys
import tempfile

import magheat as mh

if not pathlib.Path(mh.__file__).is_relative_to(sys.prefix):
    sys.exit(f"magheat came from {mh.__file__}, not from the installed wheel")
if not (pathlib.Path(mh.__file__).parent / "py.typed").is_file():
    sys.exit("the wheel lacks py.typed")

material = mh.Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3")
pair = mh.arrangement.pair(
    diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
)
drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz", direction=(0, 0, 1))
experiment = mh.Experiment(particles=pair, applied_field=drive, cycles=1, samples_per_cycle=200)
run = mh.simulate(experiment, solver="llg")
heat = mh.analysis.heat_per_cycle(run)
print("heat per cycle (J):", *(f"{value:.4e}" for value in heat.values))
if not (heat.values > 0).all():
    sys.exit("both particles must heat")
with tempfile.TemporaryDirectory() as folder, mh.Store(pathlib.Path(folder) / "kb.sqlite") as store:
    if store.get(store.put(run))["heat_per_cycle_0"] != heat.values[0]:
        sys.exit("the knowledge base must give back what was put")
