"""`python -m worker.cli`, the same as `outbound`."""

import sys

from worker.cli import main

sys.exit(main())
