"""What can be wrong with a drawing of a network, as values.

A finding names its defect by a code; the words that people read live outside the pure part,
keyed by the same codes. Places are in the metric coordinates of the drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Fact: TypeAlias = str | int | float | list[str]

BLOCKING: Final = "blocking"
WARNING: Final = "warning"
NOTE: Final = "note"

# Blocking is what would make an isolation answer wrong or what the database refuses to store.
# Everything else is kept, shown and published.
SEVERITIES: Final[Mapping[str, str]] = {
    # identity
    "id_missing": BLOCKING,
    "id_duplicate": BLOCKING,
    "id_too_long": BLOCKING,
    # geometry
    "geometry_missing": BLOCKING,
    "geometry_not_finite": BLOCKING,
    "geometry_wrong_type": BLOCKING,
    "geometry_multipart": BLOCKING,
    "geometry_out_of_range": BLOCKING,
    "pipe_zero_length": WARNING,
    "pipe_very_short": NOTE,
    "pipe_self_crossing": NOTE,
    "outside_service_area": WARNING,
    "far_from_network": WARNING,
    # values
    "value_not_understood": WARNING,
    "text_shortened": NOTE,
    "length_mismatch": WARNING,
    "diameter_missing": NOTE,
    "diameter_implausible": WARNING,
    "persons_implausible": WARNING,
    # pipe ends and junctions
    "pipe_end_unknown": BLOCKING,
    "pipe_end_far_from_node": WARNING,
    "pipe_drawn_backwards": NOTE,
    "pipe_self_loop": NOTE,
    "pipe_duplicate": WARNING,
    "end_near_miss": WARNING,
    "node_near_pipe": WARNING,
    "tee_ambiguous": WARNING,
    "vertex_on_crossing": NOTE,
    "node_unused": NOTE,
    "node_duplicate": WARNING,
    "device_without_direction": WARNING,
    # valves
    "valve_node_unknown": BLOCKING,
    "valve_pipe_unknown": BLOCKING,
    "valve_node_not_on_pipe": BLOCKING,
    "valve_off_pipe": WARNING,
    "valve_far_from_pipe": WARNING,
    "valve_ambiguous": WARNING,
    "valve_state_unknown": WARNING,
    "valve_operability_unknown": NOTE,
    "valve_found_otherwise": WARNING,
    "valve_bore_mismatch": WARNING,
    "valve_same_place": WARNING,
    "valve_flow_pipe_unknown": BLOCKING,
    "valve_flow_not_at_valve": WARNING,
    "valve_one_way_without_direction": WARNING,
    "valve_kind_unknown": NOTE,
    "valve_on_unused_pipe": NOTE,
    "check_valve_wrong_way": WARNING,
    "no_isolating_valve": WARNING,
    # sources and supply
    "source_missing": WARNING,
    "source_node_unknown": BLOCKING,
    "source_off_network": WARNING,
    "source_inlet_unknown": BLOCKING,
    "source_inlet_not_at_source": WARNING,
    "island_without_source": WARNING,
    "dry_behind_closed_valve": WARNING,
    "dry_behind_one_way": WARNING,
    # customers and hydrants
    "customer_without_pipe": WARNING,
    "customer_pipe_unknown": WARNING,
    "customer_far_from_pipe": WARNING,
    "customer_account_duplicate": WARNING,
    "customer_account_missing": NOTE,
    "customer_on_unused_pipe": WARNING,
    "hydrant_off_pipe": WARNING,
    "hydrant_pipe_unknown": WARNING,
    # notes of the reader
    "closed_pipe_as_valve": NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one asset.

    `place` is (x, y) in metres of the drawing's coordinates, None where there is none to show.
    `facts` are the numbers and ids that the text needs.
    """

    code: str
    asset_kind: str
    asset_id: str
    place: tuple[float, float] | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """One of blocking, warning, note."""
        return SEVERITIES[self.code]
