"""Assign, collect, grade: exercises for instructors and for oneself.

A submission is hostile input. What a student wrote runs in a sandbox that is
told inputs and never an expected value (``sandbox``, ``worker``, ``session``);
what comes back is checked outside (``protocol``, ``compare``, ``judge``).
An assignment is one folder: a notebook in nbgrader's format, ``grader.py`` and
``mistakes.py`` (``exercise`` has their vocabulary, ``assignment`` reads them).
"""
