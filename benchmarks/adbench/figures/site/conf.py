"""Settings of Sphinx for the site. build.py says where the pages are."""

project = "AdPulse++"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
exclude_patterns = ["_files"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_domain_indices = False
html_use_index = False
myst_heading_anchors = 6  # anchors of headings as code hosts make them
# Pages that no other lists are found by links and the search; blocks of JSON and HTML on pages may have an ellipsis.
suppress_warnings = ["toc.not_included", "misc.highlighting_failure"]
