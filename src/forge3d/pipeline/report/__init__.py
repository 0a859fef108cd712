"""`report.html`: one build as one page that stands alone: no request leaves it.

A pure function of the summary and the bundles: the same build gives the same page.
"""

from __future__ import annotations

from .page import page

__all__ = ["page"]
