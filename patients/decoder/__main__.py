"""
`python -m patients.decoder clean` (or `pair`): pictures come in, one picture goes out.

Or the code of a refusal on the error output, with status 3. Nothing of Django is loaded here: this process reads what
somebody sent, within bounds of its own.
"""

import sys

import pyvips

from patients.decoder.bounds import bound_this_process
from patients.decoder.cleaning import clean
from patients.decoder.pairing import pair
from patients.decoder.reading import Refused
from patients.policies.images import DAMAGED, TOO_DEMANDING

REFUSED = 3
JOBS = {"clean": clean, "pair": pair}
BEYOND_THE_BOUNDS = ("memory", "alloc", "file too large")


def main(job: str) -> int:
    """Do the job within the bounds."""
    bound_this_process()
    pyvips.cache_set_max(0)
    try:
        JOBS[job](sys.stdin.buffer.read(), sys.stdout.buffer)
    except Refused as refusal:
        return _refused(refusal.code)
    except MemoryError:
        return _refused(TOO_DEMANDING)
    except (pyvips.Error, ValueError, OSError, EOFError, SyntaxError, RuntimeError) as error:
        said = str(error).lower()
        return _refused(TOO_DEMANDING if any(word in said for word in BEYOND_THE_BOUNDS) else DAMAGED)
    return 0


def _refused(code: str) -> int:
    sys.stderr.write(f"\n{code}\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
