"""Run the command line as ``python -m ethoprism``."""

import sys

from ethoprism.cli import main

if __name__ == "__main__":
    sys.exit(main())
