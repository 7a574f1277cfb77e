"""The screening console for park operators at /screenings: all its pages in one blueprint."""

from __future__ import annotations

from service.views import console_job, console_results, console_upload
from service.views.console_entry import blueprint

__all__ = ["blueprint", "console_job", "console_results", "console_upload"]
