"""Fixes: edits of a source that make a finding vanish.

    source = Source.parse(text)
    for fix in fixes(finding, source):
        print(fix.title)
        text = apply(text, fix.edits)

A fix is computed from the facts of the finding (`Finding.facts`) and the syntax tree of the very
text that it was found in.  What can't be known to be right is not offered: see the heads of
`rebind.py`, `others.py` and `ignore.py`.
"""

from mypy_eqxstate.fixes.catalogue import fix_all, fixes
from mypy_eqxstate.fixes.edits import Edit, Fix, FixKind, apply
from mypy_eqxstate.fixes.source import Source

__all__ = ["Edit", "Fix", "FixKind", "Source", "apply", "fix_all", "fixes"]
