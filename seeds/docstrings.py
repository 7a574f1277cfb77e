"""What our modules and functions say of themselves where it is published or printed.

An interpreter that drops docstrings (PYTHONOPTIMIZE=2) would publish None; there they are read from the source.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any


def docstring_of(thing: ModuleType | Callable[..., Any]) -> str:
    """Return the docstring of a module or of a function that stands at the top of one, without its indentation."""
    if thing.__doc__ is not None:
        return inspect.cleandoc(thing.__doc__)
    module, name = (thing, "") if isinstance(thing, ModuleType) else (sys.modules[thing.__module__], thing.__name__)
    return _written(str(module.__file__))[name]


@cache
def _written(file: str) -> Mapping[str, str]:
    """Return the docstrings of a source file: that of the module under "", those of its functions by name."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return {"": ast.get_docstring(tree) or "", **{one.name: ast.get_docstring(one) or "" for one in functions}}
