"""Audits: whether a model keeps the budgets of a shop or a marketplace.

report = audit("chair.glb", "google-merchant")
report.passed, report.failed, report["triangles"].value

The package itself can be called too: importing it anywhere makes it the attribute `forge3d.audit`, where users expect
the function.
"""

import sys
from types import ModuleType
from typing import Any

from .auditing import audit
from .check import CHECKS, Check
from .many import AuditVerdict, audit_many
from .product import Product
from .profile import Profile, profiles
from .report import Finding, Outcome, Place, Report

__all__ = [
    "CHECKS", "AuditVerdict", "Check", "Finding", "Outcome", "Place", "Product", "Profile", "Report", "audit",
    "audit_many", "profiles",
]  # fmt: skip


class _CallablePackage(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Report:
        return audit(*arguments, **options)


sys.modules[__name__].__class__ = _CallablePackage
