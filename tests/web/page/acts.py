"""What a visitor does and sees, by the words on the page."""

from magheat.constants import OERSTED

START = {
    "saturation_magnetization": 450e3,
    "anisotropy_constant": 20e3,
    "diameter": 17e-9,
    "interaction": 0.2,
    "temperature": 315.0,
    "frequency": 1e5,
    "amplitude": 150 * OERSTED,
}
UNITS = {"slp": 1e3, "ilp": 1e-9, "coercive_field": OERSTED, "remanence": 1e3, "loss_per_cycle": 1e3}


def shown(page, output, part="value"):
    """Text of a number of the prediction."""
    return page.locator(f"[data-output={output}][data-part={part}]").text_content()


def wait_for_change(page, output, before, part="value"):
    """The number once it differs from what it was."""
    page.wait_for_function(
        """([name, part, before]) =>
             document.querySelector(`[data-output=${name}][data-part=${part}]`).textContent !== before""",
        arg=[output, part, before],
    )
    return shown(page, output, part)


def wait_for_number(page, output, value, part="value"):
    """Wait until the page shows the number, to the digits that it shows."""
    page.wait_for_function(
        """([name, part, value]) => {
             const text = document.querySelector(`[data-output=${name}][data-part=${part}]`).textContent;
             const [mantissa, exponent = ""] = text.replace("−", "-").split("×10");
             const power = [...exponent].map((sign) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign)]).join("");
             return Math.abs(Number(`${mantissa}e${power || 0}`) / value - 1) < 6e-4;
           }""",
        arg=[output, part, value],
    )


def type_into(page, label, text):
    """Type into a field, as one does: all of it marked, replaced, Enter."""
    field = page.get_by_role("textbox", name=label)
    field.fill(text)
    field.press("Enter")
    return field


def predicted(client, **changes):
    """What the service predicts: output -> (value, lower, upper), in the units that the page starts with."""
    answer = client.post("/api/v1/predict", json={"rows": START | changes}).raise_for_status().json()
    outputs = answer["outputs"]
    return {name: [outputs[name][end][0] / unit for end in ("value", "lower", "upper")] for name, unit in UNITS.items()}


def simulated(client, **changes):
    """What the service simulates of the same inputs, in the same units."""
    quantities = client.post("/api/v1/simulate", json=request(**changes)).raise_for_status().json()["quantities"]
    return {name: quantities[name]["value"] / unit for name, unit in UNITS.items()}


def request(axes="random", **changes):
    """The request that the page makes for the inputs."""
    row = START | changes
    experiment = {
        "material": {name: row[name] for name in ("saturation_magnetization", "anisotropy_constant")},
        "ensemble": {"diameter": row["diameter"], "interaction": row["interaction"], "axes": axes},
        "applied_field": {"kind": "sinusoidal", "amplitude": row["amplitude"], "frequency": row["frequency"]},
        "experiment": {"temperature": row["temperature"], "samples_per_cycle": 800},
    }
    return {"experiment": experiment, "solver": "two-well", "samples": 400}
