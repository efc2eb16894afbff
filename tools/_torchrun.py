"""torchrun, as dist_train.sh and dist_test.sh start it; what it fails with ends in one line."""

import os
import sys

from torch.distributed import DistError
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main

try:
    main()
except ChildFailedError as error:
    rank, failure = error.get_first_failure()
    code = failure.exitcode
    how = f"exit code {code}" if code >= 0 else f"signal {-code}"
    print(f"error: process {rank} ended with {how}; what it said is above", file=sys.stderr)
    sys.exit(code if code > 0 else 128 - code)
except DistError as error:
    place = next(arg for arg in sys.argv if arg.startswith("--master_addr=")).split("=")[1]
    print(
        f"error: not all {os.environ['NNODES']} machines met at MASTER_ADDR={place} within "
        f"{os.environ['DIST_TIMEOUT']} s (DIST_TIMEOUT): start this on each of them, with its own "
        f"NODE_RANK ({str(error).splitlines()[0]})",
        file=sys.stderr,
    )
    sys.exit(1)
