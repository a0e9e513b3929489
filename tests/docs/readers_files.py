"""Files that pages take for granted on a reader's disk, made up: SAR.csv and its like."""

from pathlib import Path

import numpy as np

SAR = (
    "DOI,Core composition,Shell composition,Concentration of particles,Area/volume,Max/min(size),"
    "Magnetic moment of core,Saturation magnetization,Coercivity,Remanence magnetization,LogP of organic coating,"
    "Number H acceptors of organic coating,Field amplitude,Field frequency,SAR"
)


def write_files(folder: Path) -> None:
    """Write the files that pages name and nobody has but the reader."""
    generator = np.random.default_rng(1)
    rows = [row for number in range(12) for row in _publication(number, generator)]
    (folder / "SAR.csv").write_text("\n".join([SAR, *rows]) + "\n")
    (folder / "PROFILE.toml").write_text((folder / "examples/profiles/dimag_sar.toml").read_text())
    (folder / "new-samples.csv").write_text(
        "amplitude (kA/m),frequency (kHz),mass_saturation_magnetization (emu/g),area_over_volume_as_written,"
        "concentration (mg/mL),static_coercive_field (Oe),composition\n"
        "15,300,70,0.4,1,30,Fe1Fe2O4\n"
    )
    (folder / "samples.csv").write_text(
        "saturation_magnetization (kA/m),anisotropy_constant,diameter (nm),interaction,temperature (K),"
        "frequency (kHz),amplitude (Oe)\n"
        "446,2e4,16,0.3,310,100,150\n"
        "446,2e4,18,0.3,310,100,150\n"
    )
    angle = np.linspace(0, 2 * np.pi, 201)
    moments = "".join(f",{1000 * np.cos(a):.6g},{2e-3 * np.cos(a - 0.3):.6g},300\n" for a in angle)
    header = "[Header]\nBYAPP,MPMS3,1.0,1.0\n[Data]\nComment,Magnetic Field (Oe),Moment (emu),Temperature (K)\n"
    (folder / "loop.dat").write_text(header + moments)


def _publication(number: int, generator: np.random.Generator) -> list[str]:
    """Rows of one sample at several fields, in the form of the DiMag database: a share of the largest loop."""
    metal = ("Fe1Fe2O4", "Co1Fe2O4", "Mn0.5Zn0.5Fe2O4")[number % 3]
    moment, share = generator.uniform(40, 90), generator.lognormal(-3, 0.7)
    rows = []
    for amplitude in (50, 100, 150, 200, 250, 300):
        heat = share * moment * amplitude * 0.3 * 0.4
        rows.append(
            f"https://doi.org/10.1000/{number},{metal},,1,0.4,0,2.4,{moment:.2f},30,0,0,0,{amplitude},0.3,{heat:.4f}"
        )
    return rows
