"""What counts as a block of a page, and when a page tells the truth."""

import pytest

from .blocks import agrees, blocks, stray

PAGE = """
# A page
<!-- sh
cp a b
-->
```{code-cell}
:tags: [remove-input]

import magheat as mh
```
<!-- file: mine.toml -->
```toml
[sweep]
```
* A list
  ```console
  $ magheat sweep mine.toml \\
        --store kb.sqlite
  2 rows
  $ magheat store info
  ```
```python
print(1)
```
It prints
<!-- within 5 % -->
```text
1
```
<!-- not run: takes an hour -->
```bash
magheat bench
```
```sh
make demo
```
"""


def test_a_page_is_its_blocks_in_their_order():
    setup, cell, file, sweep, info, python, bench = blocks(PAGE)
    assert (setup.kind, setup.code) == ("sh", "cp a b\n")
    assert (cell.kind, cell.code.strip()) == ("cell", "import magheat as mh")
    assert PAGE.splitlines()[cell.line + 1] == "import magheat as mh"  # two lines of options, kept as empty ones
    assert (file.kind, file.name, file.code) == ("file", "mine.toml", "[sweep]\n")
    assert sweep.code == "magheat sweep mine.toml \\\n      --store kb.sqlite\n"
    assert (sweep.told, info.told, info.code) == ("2 rows", None, "magheat store info\n")
    assert (python.told, python.within) == ("1\n", 0.05)
    assert (bench.reason, bench.told) == ("takes an hour", None)
    assert {block.reason for block in (setup, cell, file, sweep, info, python)} == {None}


def test_a_marker_holds_for_the_block_directly_below_it():
    (block,) = blocks("<!-- not run: takes an hour -->\nA sentence.\n```sh\nmagheat bench\n```\n")
    assert block.reason is None


@pytest.mark.parametrize(
    ("told", "printed", "same"),
    [
        ("heat  1.0 J", "heat 1.00004 J\n", True),
        ("heat 1.0 J", "heat 1.01 J", False),
        ("heat 1.0 J", "heat 1.0 W", False),
        ("heat 1.0 J", "heat 1.0 J, and more", False),
        ("heat ...", "heat 1.01 J\nand more", True),
        ("3 888 rows; 4 s, 1 040 new rows/s.", "3 888 rows; 12.5 s, 90 new rows/s.", True),
        ("3 888 rows; 4 s", "3 889 rows; 4 s", False),
        ("models/0a1b2c3d4e", "models/fedcba9876", True),
        ("models/0a1b2c3d4e", "models/current", False),
        ("[2.9e-19 -7]", "[2.9e-19 -7.0]", True),
        ("-1", "1", False),
    ],
)
def test_agreement_forgives_times_hashes_and_the_last_digits_only(told, printed, same):
    assert agrees(told, printed) is same


def test_a_command_in_a_block_that_does_not_run_is_found():
    assert stray("Do\n\n    magheat store info\n") == ["    magheat store info"]
    assert stray("```none\nmagheat run a.toml\n```\n") == ["magheat run a.toml"]
    assert stray("magheat runs on\nmagheat.\n```sh\nmagheat run a.toml\n```\n") == []
