"""Bundles on S3 and CloudFront, or in a folder behind any web server: publish, roll back, verify, clean up.

Names are imported on first use, so that nothing here is paid for by who does not publish.
"""

from __future__ import annotations
