"""The command ``rnncourse``: its commands are defined by being imported."""

from rnncourse.grading.cli import author, grades
from rnncourse.grading.cli.shared import app

__all__ = ["app", "author", "grades"]
