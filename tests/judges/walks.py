"""The walks' harness (tests/walk/harness.py), as the judges use it."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "walk"))

from harness import BUILD, SECRETS, SOURCE, Ran, Skipped, Story, free_port, program, walk  # noqa: E402, F401
