"""Validation: every rule of glTF 2.0 that a file breaks, in the Khronos validator's codes and report.

report = validate("chair.glb")
report.errors, report.warnings, report.to_json()
"""

from .report import Issue, Report
from .rules import Rule, all_rules
from .validation import validate

__all__ = ["Issue", "Report", "Rule", "all_rules", "validate"]
