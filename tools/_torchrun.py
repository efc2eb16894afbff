"""torchrun, as dist_train.sh and dist_test.sh start it; what it fails with ends in one line."""

import os
import sys

from torch.distributed import DistError
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.elastic.rendezvous import RendezvousError
from torch.distributed.run import main

try:
    main()
except ChildFailedError as error:
    rank, failure = error.get_first_failure()
    code = failure.exitcode
    how = f"exit code {code}" if code >= 0 else f"signal {-code}"
    print(f"error: process {rank} ended with {how}; what it said is above", file=sys.stderr)
    sys.exit(code if code > 0 else 128 - code)
except (DistError, RendezvousError) as error:
    print(
        "error: not all {NNODES} machines met at MASTER_ADDR={MASTER_ADDR} within "
        "DIST_TIMEOUT={DIST_TIMEOUT} s: start this on each of them, with its own NODE_RANK ".format(
            **os.environ
        )
        + f"({str(error).splitlines()[0] if str(error) else type(error).__name__})",
        file=sys.stderr,
    )
    sys.exit(1)
