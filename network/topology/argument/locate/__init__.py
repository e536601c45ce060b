"""Where is the burst? Which pipes explain best what people report, and that others are silent.

RULE 1  Before any report a pipe is as likely as it is long, times its rate (bursts a year and
        metre, by material, age and bore, where the caller knows them).
RULE 2  While no valve is shut a burst dries nobody for certain; it pulls heads down. How far at
        the burst itself is not known: every size in `holes`, a share of the pipe's bore, is tried,
        each as likely as the others. What runs out of it and what that does elsewhere, `holes.py`
        reckons. All pieces are looked at first with the simpler `falls.py` and a fall of each of
        `sizes`, a share of the head; the best `tried` of them (fewer in a large part) go on.
RULE 3  Usual heads follow from the ground's height and the level of the nearest source; what is
        lost on the way is not known, so all are tried higher and lower by each of `levels_m`.
        Taps stand at heights up to `highest_m`, as many at each. Where the head is `left_m` under
        a tap nothing comes (no water); where less than `weak_m` is left it is weak (low pressure).
        So a fall of the head dries or weakens a known share of the households of a place.
RULE 4  Of households without water the share `call_dry` calls, of those with a weak supply
        `call_weak`; anybody calls for another reason with the chance `call_anyhow`.
RULE 5  Silence counts. How readily people call is not known either (a Gamma prior of mean 1 and
        shape `alike`): calls c_1 .. c_n weigh as
            product of rate(c_i) x (alike + all calls expected)^-(alike + n)
        where all calls expected are summed over the households in earshot. A main that everybody
        would feel does not win by a few calls from one street.
RULE 6  A leak that is seen is near the burst or is something else: the chance is
        `seen_anyhow` + exp(-distance / leak_m).
RULE 7  Who says that he has water contradicts what would dry or weaken him.
RULE 8  A report counts to the power of its weight, which halves with every `half_life` before the
        newest one. Reports are taken to be independent but for RULE 5.
RULE 9  A pipe explains a report if its burst makes it at least twice as likely as no burst does,
        and contradicts it if at most half as likely.
RULE 10 Crews listen along a street. A stretch is all within `listen_m` of a piece's middle, along
        the pipes; stretches are taken one after the other, each the likeliest of what is left.

The guesses are plain and can be set; docs/where-is-the-burst.md says where each is from, and how
often the answer was right in towns whose pressures EPANET reckoned.
"""

from network.topology.argument.locate.around import Around
from network.topology.argument.locate.found import Stretch, Suspect, Whereabouts
from network.topology.argument.locate.ranking import locate
from network.topology.argument.locate.told import Guesses, Kind, Report

__all__ = [
    "Around",
    "Guesses",
    "Kind",
    "Report",
    "Stretch",
    "Suspect",
    "Whereabouts",
    "locate",
]
