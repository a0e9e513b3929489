"""Configuration of the documentation; it builds without a network."""

import sys
from pathlib import Path

from magheat._version import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "magheat"
author = "magheat developers"
copyright = "2026, magheat developers"
version = release = __version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb", "mathml", "reference"]
exclude_patterns = ["_build", "jupyter_execute"]
python_use_unqualified_type_names = True

autodoc_typehints = "none"  # docstrings tell shapes and units, and what text is taken
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False  # attributes are floats, arguments take strings, too

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # a cache would not notice that magheat has changed
nb_execution_timeout = 120
nb_execution_raise_on_error = True

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = f"magheat {__version__}"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_static_path = ["_static"]
html_css_files = ["magheat.css"]
#: Pages of the top level, which need no navigation beside them.
PAGES = (
    "index",
    "getting-started",
    "page",
    "service",
    "own-particles",
    "sweeps",
    "store",
    "measured-data",
    "inverse",
    "surrogates",
    "improve",
    "theory",
    "thermal",
    "two-wells",
    "learning-paper",
    "limits",
    "comparison",
    "speed",
)
html_sidebars = {page: [] for page in PAGES}
html_show_sourcelink = False
