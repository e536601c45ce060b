"""EPANET itself, in a process of its own: `python -m network.hydraulics.engine FILE.inp OUT.npz`.

A fault in foreign code, or a run that never ends, then takes nothing with it but itself.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

# EPANET's own numbers: epanet2_enums.h.
NODE_COUNT, LINK_COUNT = 0, 2
NODE_DEMAND, NODE_HEAD = 9, 10
LINK_FLOW = 8
WARNINGS = range(1, 100)


class EpanetError(Exception):
    """EPANET refused; `code` is its own."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"EPANET error {code}")


def run(inp: Path) -> dict[str, Any]:
    """Solve one steady state: heads and demands by node, flows by link, as the file has them.

    `warning` is 0 or EPANET's own: 1 unbalanced, 2 unstable, 3 disconnected, 4 pump, 5 valve,
    6 negative pressures. Raises EpanetError.
    """
    import epanet  # noqa: PLC0415 - foreign code, loaded only here

    project = _asked(epanet.EN_createproject())
    _asked(epanet.EN_open(project, str(inp), str(inp.with_suffix(".rpt")), ""))
    _asked(epanet.EN_openH(project))
    _asked(epanet.EN_initH(project, 0))
    warning = epanet.EN_runH(project)[0]
    if warning not in (0, *WARNINGS):
        raise EpanetError(warning)
    nodes = range(1, _asked(epanet.EN_getcount(project, NODE_COUNT)) + 1)
    links = range(1, _asked(epanet.EN_getcount(project, LINK_COUNT)) + 1)
    node, link = epanet.EN_getnodevalue, epanet.EN_getlinkvalue
    found = {
        "warning": warning,
        "head": np.array([_asked(node(project, n, NODE_HEAD)) for n in nodes]),
        "demand": np.array([_asked(node(project, n, NODE_DEMAND)) for n in nodes]),
        "flow": np.array([_asked(link(project, n, LINK_FLOW)) for n in links]),
        "version": _version(_asked(epanet.ENgetversion())),
    }
    epanet.EN_closeH(project)
    epanet.EN_close(project)
    epanet.EN_deleteproject(project)
    return found


def _asked(answer: tuple[Any, ...]) -> Any:
    code, *values = answer
    if code not in (0, *WARNINGS):
        raise EpanetError(code)
    return values[0] if values else None


def _version(code: int) -> str:
    return f"EPANET {code // 10000}.{code // 100 % 100}.{code % 100}"


def main(arguments: list[str]) -> int:
    """Run, and write the result where asked. 3: EPANET is not here; 4: it refused."""
    inp, out = (Path(each) for each in arguments)
    try:
        np.savez(out, **run(inp))
    except ImportError:
        return 3
    except EpanetError as refused:
        sys.stderr.write(f"{refused}\n")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
