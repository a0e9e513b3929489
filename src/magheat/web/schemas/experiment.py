"""An experiment as JSON: the tables of its TOML form, in SI."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from magheat.web.schemas.base import MOST_DRAWN, MOST_PARTICLES, MOST_SAMPLES, Form, Vector

_Lengths: TypeAlias = Annotated[list[float], Field(min_length=1, max_length=MOST_PARTICLES)]
_Vectors: TypeAlias = Annotated[list[Vector], Field(min_length=1, max_length=MOST_PARTICLES)]


class RandomAxes(Form):
    """Easy axes drawn at random; with direction and spread those of a texture."""

    random_seed: int = Field(ge=0, lt=2**63)
    direction: Vector | None = None
    spread: float | None = Field(None, description="rad")


def _axes(value: Any) -> str:
    if isinstance(value, dict | RandomAxes):
        return "random"
    return "many" if isinstance(value, list) and any(isinstance(part, list) for part in value) else "one"


Axes: TypeAlias = Annotated[
    Annotated[RandomAxes, Tag("random")] | Annotated[Vector, Tag("one")] | Annotated[_Vectors, Tag("many")],
    Discriminator(_axes),
]


class MaterialTable(Form):
    """Arguments of `Material`; a preset fills in what is not given."""

    preset: Literal["magnetite", "maghemite"] | None = None
    saturation_magnetization: float | None = Field(None, description="A/m")
    anisotropy_constant: float | None = Field(None, description="J/m^3")
    density: float | None = Field(None, description="kg/m^3")
    heat_capacity: float | None = Field(None, description="J/(m^3 K)")
    iron_mass_fraction: float | None = None


class EnsembleTable(Form):
    """Arguments of `Ensemble`."""

    diameter: float = Field(description="m")
    interaction: float = 0.0
    axes: Literal["random"] | float = Field("random", description='"random", or an angle in rad')
    interaction_model: Literal["none", "barrier", "mean-field"] = "barrier"
    diameter_spread: float = 0.0
    anisotropy_spread: float = 0.0
    demagnetizing_factor: float = 0.0


class PairTable(Form):
    """Two particles along x."""

    arrangement: Literal["pair"]
    diameters: Annotated[list[float], Field(min_length=2, max_length=2)]
    gap: float = Field(description="m, from surface to surface")
    easy_axis_angles: Annotated[list[float], Field(min_length=2, max_length=2)]
    material_index: list[int] | None = Field(None, max_length=2)


class _SizedTable(Form):
    """Sizes, equal or drawn from a distribution."""

    diameter: float = Field(description="m; the median where sizes are spread")
    diameter_spread: float = Field(0.0, le=0.5, description="Standard deviation of ln D")
    seed: int = Field(1, ge=0, lt=2**63)


class _RegularTable(_SizedTable):
    """Particles at regular places."""

    gap: float = Field(description="m, from surface to surface")
    easy_axes: Axes | None = None
    material_index: list[int] | None = Field(None, max_length=MOST_PARTICLES)


class ChainTable(_RegularTable):
    """Particles in a row."""

    arrangement: Literal["chain"]
    count: int = Field(ge=1, le=MOST_PARTICLES)
    direction: Vector | None = None


class RingTable(_RegularTable):
    """Particles at the corners of a regular polygon."""

    arrangement: Literal["ring"]
    count: int = Field(ge=3, le=MOST_PARTICLES)
    normal: Vector | None = None


class LatticeTable(_RegularTable):
    """Particles on a cubic lattice."""

    arrangement: Literal["lattice"]
    shape: Annotated[list[Annotated[int, Field(ge=1, le=50)]], Field(min_length=3, max_length=3)]
    structure: Literal["simple-cubic", "face-centred-cubic"] = "simple-cubic"


class _DrawnTable(_SizedTable):
    """Particles at places drawn at random."""

    count: int = Field(ge=1, le=MOST_DRAWN)
    gap: float = Field(0.0, description="m, from surface to surface")
    easy_axes: Axes | Literal["random"] = "random"
    material_index: list[int] | None = Field(None, max_length=MOST_DRAWN)


class SuspensionTable(_DrawnTable):
    """Hard spheres at random places."""

    arrangement: Literal["suspension"]
    volume_fraction: float = Field(le=0.45)
    container: Literal["cube", "sphere"] = "cube"


class FractalTable(_DrawnTable):
    """A cluster of given fractal dimension."""

    arrangement: Literal["fractal"]
    fractal_dimension: float = 1.8
    prefactor: float = 1.3
    method: Literal["cluster-cluster", "particle-cluster"] = "cluster-cluster"


class AggregateTable(_DrawnTable):
    """A cluster that grows by particles from afar."""

    arrangement: Literal["aggregate"]
    method: Literal["diffusion", "ballistic"] = "diffusion"


class ListedTable(Form):
    """Particles one by one."""

    positions: _Vectors
    diameters: Annotated[
        Annotated[float, Tag("number")] | Annotated[_Lengths, Tag("list")],
        Discriminator(lambda value: "list" if isinstance(value, list) else "number"),
    ]
    easy_axes: Axes
    material_index: list[int] | None = Field(None, max_length=MOST_PARTICLES)


def _arrangement(value: Any) -> str | None:
    kind = value.get("arrangement", "listed") if isinstance(value, dict) else getattr(value, "arrangement", "listed")
    return kind if isinstance(kind, str) else None


ParticlesTable: TypeAlias = Annotated[
    Annotated[PairTable, Tag("pair")]
    | Annotated[ChainTable, Tag("chain")]
    | Annotated[RingTable, Tag("ring")]
    | Annotated[LatticeTable, Tag("lattice")]
    | Annotated[SuspensionTable, Tag("suspension")]
    | Annotated[FractalTable, Tag("fractal")]
    | Annotated[AggregateTable, Tag("aggregate")]
    | Annotated[ListedTable, Tag("listed")],
    Discriminator(_arrangement),
]


class _Periodic(Form):
    amplitude: float = Field(description="A/m")
    frequency: float = Field(description="Hz")
    direction: Vector | None = None
    phase: float = Field(0.0, description="rad")
    bias: float = Field(0.0, description="A/m")


class SinusoidalTable(_Periodic):
    """Arguments of `Sinusoidal`."""

    kind: Literal["sinusoidal"]


class TriangularTable(_Periodic):
    """Arguments of `Triangular`."""

    kind: Literal["triangular"]


class TrapezoidalTable(_Periodic):
    """Arguments of `Trapezoidal`."""

    kind: Literal["trapezoidal"]
    flat_fraction: float = 0.5


class SquareTable(_Periodic):
    """Arguments of `Square`."""

    kind: Literal["square"]
    rise_time: float | None = Field(None, description="s")


class RotatingTable(_Periodic):
    """Arguments of `Rotating`."""

    kind: Literal["rotating"]
    normal: Vector | None = None


class EllipticalTable(_Periodic):
    """Arguments of `Elliptical`."""

    kind: Literal["elliptical"]
    minor_amplitude: float = Field(description="A/m")
    normal: Vector | None = None


class StaticTable(Form):
    """Arguments of `Static`."""

    kind: Literal["static"]
    amplitude: float = Field(description="A/m")
    duration: float = Field(description="s")
    direction: Vector | None = None


class SampledTable(Form):
    """Arguments of `Sampled`."""

    kind: Literal["sampled"]
    times: Annotated[list[float], Field(min_length=1, max_length=10_000)]
    values: Annotated[list[float], Field(min_length=1, max_length=10_000)]
    direction: Vector | None = None
    interpolation: Literal["cubic", "linear"] = "cubic"
    phase: float = 0.0
    bias: float = 0.0
    period: float | None = None


AppliedFieldTable: TypeAlias = Annotated[
    SinusoidalTable
    | TriangularTable
    | TrapezoidalTable
    | SquareTable
    | RotatingTable
    | EllipticalTable
    | StaticTable
    | SampledTable,
    Field(discriminator="kind"),
]


class RestTable(Form):
    """The other arguments of `Experiment`."""

    damping: float = 1.0
    temperature: float = Field(0.0, description="K")
    cycles: int = Field(2, ge=1, le=MOST_SAMPLES)
    samples_per_cycle: int = Field(2000, ge=4, le=MOST_SAMPLES)
    seed: int = Field(1, ge=0, lt=2**63)
    interactions: bool = True
    initial_moments: list[Vector] | None = Field(None, max_length=MOST_PARTICLES)
    damping_form: Literal["landau-lifshitz", "gilbert"] = "landau-lifshitz"


class ExperimentTables(Form):
    """An experiment: a material (or several), particles or an ensemble, the applied field, and the rest."""

    material: MaterialTable | None = None
    materials: list[MaterialTable] | None = Field(None, min_length=1, max_length=100)
    ensemble: EnsembleTable | None = None
    particles: ParticlesTable | None = None
    applied_field: AppliedFieldTable
    experiment: RestTable = Field(default_factory=lambda: RestTable.model_validate({}))


_Option: TypeAlias = (
    bool
    | Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    | float
    | Annotated[str, Field(max_length=40, pattern="^[a-z0-9-]*$")]
    | None
)
Options: TypeAlias = Annotated[dict[str, _Option], Field(max_length=20)]
SolverName: TypeAlias = Annotated[str, Field(min_length=1, max_length=40, description="See /api/v1/solvers.")]


class Simulation(Form):
    """An experiment and the solver that is to run it."""

    experiment: ExperimentTables
    solver: SolverName = "llg"
    options: Options = Field({}, description="Options of the solver, such as rtol.")


class Simulated(Simulation):
    """A simulation, and how much of it is wanted back."""

    samples: int = Field(400, ge=4, le=20_000, description="Most points of every curve of the answer.")
    last_cycle: bool = Field(False, description="Whether the course of the run is that of its last cycle only.")
    jumps: bool = Field(True, description="Whether jumps are looked for, which takes longer than a short run itself.")
