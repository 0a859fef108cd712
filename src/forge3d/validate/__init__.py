"""Validation: every rule of glTF 2.0 that a file breaks, in the Khronos validator's codes and report.

report = validate("chair.glb")
report.errors, report.warnings, report.to_json()

The package itself can be called too: importing it anywhere makes it the attribute `forge3d.validate`, where users
expect the function; what is called then is `forge3d.judging.validate`, which also knows rules and budgets.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from .report import Issue, Report
from .rules import Rule, all_rules
from .validation import validate

__all__ = ["Issue", "Report", "Rule", "all_rules", "validate"]


class _CallablePackage(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Report:
        # By its name: this room stands below what it is the front of here.
        report: Report = import_module("forge3d.judging").validate(*arguments, **options)
        return report


sys.modules[__name__].__class__ = _CallablePackage
