"""The child's side: does one task, tells how far it is, and stops when it is asked to."""

import sys

from ethoprism.jobs.child import run

if __name__ == "__main__":
    sys.exit(run())
