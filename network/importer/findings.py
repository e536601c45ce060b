"""What each finding says to people, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from network.choices import Operability


class FindingText(NamedTuple):
    """A title for the group, one sentence with facts for the asset, and the way to mend it."""

    title: str
    detail: str
    mend: str


TEXTS: Final[Mapping[str, FindingText]] = {
    "id_missing": FindingText(
        _("Asset without id"),
        _("Row %(row)s has no id."),
        _("Give every asset an id of its own."),
    ),
    "id_duplicate": FindingText(
        _("Id used more than once"),
        _("%(count)s assets of this kind share this id."),
        _("Keep it for one of them and give the others their own."),
    ),
    "id_too_long": FindingText(
        _("Id too long"),
        _("The id has %(length)s characters; 64 fit."),
        _("Shorten the id."),
    ),
    "geometry_missing": FindingText(
        _("Asset without geometry"),
        _("Row %(row)s has no geometry, or an empty one."),
        _("Draw the asset, or leave it out of the file."),
    ),
    "geometry_not_finite": FindingText(
        _("Coordinates are no numbers"),
        _("Row %(row)s has a coordinate that is not a finite number."),
        _("Correct the coordinates in the source."),
    ),
    "geometry_wrong_type": FindingText(
        _("Wrong kind of geometry"),
        _("Row %(row)s is a %(type)s; pipes are lines, everything else is points."),
        _("Redraw it as the right kind, or move it to the right layer."),
    ),
    "geometry_multipart": FindingText(
        _("Geometry in several parts"),
        _("Row %(row)s is a %(type)s whose parts do not join."),
        _("Split it into single assets with ids of their own."),
    ),
    "geometry_out_of_range": FindingText(
        _("Coordinates off the earth"),
        _("Row %(row)s lies outside of 180 degrees of longitude and 90 of latitude."),
        _("Correct the coordinates, or give the right coordinate system."),
    ),
    "pipe_zero_length": FindingText(
        _("Pipe without length"),
        _("The pipe starts and ends at one place."),
        _("Draw its course, or remove it if it is a leftover."),
    ),
    "pipe_very_short": FindingText(
        _("Very short pipe"),
        _("The pipe is drawn %(length_m)s m long."),
        _("Check whether it is a leftover of editing."),
    ),
    "pipe_self_crossing": FindingText(
        _("Pipe crosses itself"),
        _("The pipe's course crosses itself."),
        _("Redraw its course."),
    ),
    "pipe_self_loop": FindingText(
        _("Pipe starts and ends at one node"),
        _("Both ends are at %(node)s."),
        _("Check the pipe's end nodes."),
    ),
    "pipe_duplicate": FindingText(
        _("Pipe drawn twice"),
        _("It has the same ends and course as %(other)s."),
        _("Remove one of the two."),
    ),
    "pipe_end_unknown": FindingText(
        _("Pipe end at an unknown node"),
        _("The pipe names node %(node)s, which does not exist."),
        _("Correct the node's id, add the node, or leave it blank to snap the end."),
    ),
    "pipe_end_far_from_node": FindingText(
        _("Pipe drawn away from its node"),
        _("The end is drawn %(distance_m)s m from its node %(node)s."),
        _("Move the end to the node, or correct the node's id."),
    ),
    "pipe_drawn_backwards": FindingText(
        _("Pipe drawn from end to start"),
        _("The line runs against its start and end nodes; it was turned round."),
        _("Nothing has to be done. Reverse the line to be tidy."),
    ),
    "outside_service_area": FindingText(
        _("Outside the service area"),
        _("The pipe lies outside the service area."),
        _("Check its coordinates, or extend the service area."),
    ),
    "far_from_network": FindingText(
        _("Far from the rest of the network"),
        _("The pipe lies %(distance_km)s km from the middle of the network."),
        _("Check its coordinates."),
    ),
    "value_not_understood": FindingText(
        _("Value not understood"),
        _("%(field)s is %(value)s, which is not understood; it counts as not known."),
        _("Correct the value, or translate it in a mapping file."),
    ),
    "text_shortened": FindingText(
        _("Text shortened"),
        _("%(field)s was too long and is cut after: %(value)s"),
        _("Shorten the text in the source."),
    ),
    "length_mismatch": FindingText(
        _("Length does not fit the drawing"),
        _("The length is given as %(given_m)s m, but drawn %(drawn_m)s m."),
        _("Correct the length or the course."),
    ),
    "diameter_missing": FindingText(
        _("Diameter missing"), _("The pipe has no diameter."), _("Add the diameter in millimetres.")
    ),
    "diameter_implausible": FindingText(
        _("Diameter implausible"),
        _("The diameter is given as %(diameter_mm)s mm."),
        _("Give the diameter in millimetres."),
    ),
    "persons_implausible": FindingText(
        _("Number of persons implausible"),
        _("%(persons)s persons at one connection."),
        _("Check the number."),
    ),
    "end_near_miss": FindingText(
        _("Pipe ends just short of another"),
        _("This dead end stops %(distance_m)s m from pipe %(pipe)s without joining it."),
        _("Join the two if they are connected, or move the end away if they are not."),
    ),
    "node_near_pipe": FindingText(
        _("Node on a pipe that it is not joined to"),
        _("The node lies %(distance_m)s m from the middle of pipe %(pipe)s, not joined to it."),
        _("Split the pipe at the node if they are connected."),
    ),
    "tee_ambiguous": FindingText(
        _("Branch meets two pipes at once"),
        _("Node %(node)s touches this pipe too, but was joined to a nearer one."),
        _("Split the right pipe at the node."),
    ),
    "vertex_on_crossing": FindingText(
        _("Crossing with a common point"),
        _("It shares a drawn point with %(other)s, but they are not joined there."),
        _("Add a node and split both if they are connected."),
    ),
    "node_unused": FindingText(
        _("Node used by nothing"),
        _("No pipe ends here and no asset stands here."),
        _("Remove the node, or connect it."),
    ),
    "node_duplicate": FindingText(
        _("Two nodes at one place"),
        _("The node stands where %(other)s stands, and no pipe joins them."),
        _("Make them one node if the pipes are connected."),
    ),
    "device_without_direction": FindingText(
        _("Device without direction"),
        _("The device has no flow direction; it counts as a plain pipe."),
        _("Set flow to forward, from its start to its end."),
    ),
    "valve_node_unknown": FindingText(
        _("Valve at an unknown node"),
        _("The valve names node %(node)s, which does not exist."),
        _("Correct the node's id, or leave it blank to place the valve by its point."),
    ),
    "valve_pipe_unknown": FindingText(
        _("Valve on an unknown pipe"),
        _("The valve names pipe %(pipe)s, which does not exist."),
        _("Correct the pipe's id, or leave it blank to place the valve by its point."),
    ),
    "valve_node_not_on_pipe": FindingText(
        _("Valve's node and pipe do not meet"),
        _("Pipe %(pipe)s does not end at node %(node)s, and the valve is not drawn on it."),
        _("Correct the node or the pipe."),
    ),
    "valve_off_pipe": FindingText(
        _("Valve off any pipe"),
        _("There is no pipe within %(within_m)s m; the valve cuts nothing."),
        _("Move the valve onto its pipe, or name the pipe."),
    ),
    "valve_far_from_pipe": FindingText(
        _("Valve drawn away from its pipe"),
        _("The valve is drawn %(distance_m)s m from the pipe it names."),
        _("Move the valve, or correct the pipe's id."),
    ),
    "valve_ambiguous": FindingText(
        _("Valve between two pipes"),
        _("The valve was put on pipe %(pipe)s, but pipe %(other)s is as near."),
        _("Name the valve's pipe."),
    ),
    "valve_state_unknown": FindingText(
        _("Valve state unknown"),
        _("Nobody knows whether the valve is open; it counts as open."),
        _("Look at the valve and record its state."),
    ),
    "valve_operability_unknown": FindingText(
        _("Operability unknown"),
        _("Nobody knows whether the valve works; it counts as working."),
        _("Exercise the valve and record the result."),
    ),
    "valve_found_otherwise": FindingText(
        _("Valve found otherwise than recorded"),
        _("The source says %(recorded)s; on %(on)s it was found %(found)s, and that stands."),
        _(
            "Put the source right, with the day of its check; or look again and record it on the "
            "valve's card."
        ),
    ),
    "valve_bore_mismatch": FindingText(
        _("Valve and pipe differ in size"),
        _("The valve is DN%(bore_mm)s, pipe %(pipe)s is DN%(diameter_mm)s."),
        _("Check the size of both."),
    ),
    "valve_same_place": FindingText(
        _("Two valves at one place"),
        _("The valve cuts the same place as %(other)s."),
        _("Remove one, or place them on their own pipes."),
    ),
    "valve_flow_pipe_unknown": FindingText(
        _("One-way valve toward an unknown pipe"),
        _("The valve flows to pipe %(pipe)s, which does not exist."),
        _("Correct the pipe's id."),
    ),
    "valve_flow_not_at_valve": FindingText(
        _("One-way valve toward a pipe elsewhere"),
        _("Pipe %(pipe)s does not meet the valve; the valve counts as a plain piece of pipe."),
        _("Name the pipe next to the valve that water flows into."),
    ),
    "valve_one_way_without_direction": FindingText(
        _("Check valve without direction"),
        _("Nothing says which way it points; it counts as a plain piece of pipe."),
        _("Name the pipe that water flows into (flow_to_pipe)."),
    ),
    "valve_kind_unknown": FindingText(
        _("Kind of valve not known"),
        _("The kind %(value)s is not known; the valve counts as an isolation valve."),
        _("Translate the kind in a mapping file if it does not isolate."),
    ),
    "valve_on_unused_pipe": FindingText(
        _("Valve on a pipe that is not in service"),
        _("Pipe %(pipe)s is not in service."),
        _("Check the status of the pipe."),
    ),
    "check_valve_wrong_way": FindingText(
        _("Check valve points the wrong way"),
        _("No source lies upstream of it, and pipe %(pipe)s has water without it."),
        _("Check which way the valve points."),
    ),
    "no_isolating_valve": FindingText(
        _("No valve isolates"),
        _("None of the %(valves)s valves isolates: no burst can be shut off."),
        _("Bring in the valves, or translate their kinds in a mapping file."),
    ),
    "source_missing": FindingText(
        _("No source"),
        _("Nothing feeds this network: every customer counts as dry."),
        _("Bring in plants, wells, tanks or the connections to other networks."),
    ),
    "source_node_unknown": FindingText(
        _("Source at an unknown node"),
        _("The source names node %(node)s, which does not exist."),
        _("Correct the node's id, or leave it blank to place the source by its point."),
    ),
    "source_off_network": FindingText(
        _("Source off the network"),
        _("No pipe ends at or near the source; it feeds nothing."),
        _("Connect the source to its outlet pipe."),
    ),
    "source_inlet_unknown": FindingText(
        _("Source with an unknown inlet"),
        _("The source names inlet pipe %(pipe)s, which does not exist."),
        _("Correct the pipe's id."),
    ),
    "source_inlet_not_at_source": FindingText(
        _("Inlet pipe does not reach its source"),
        _("Pipe %(pipe)s does not end at the source."),
        _("Correct the inlet, or the end of the pipe."),
    ),
    "island_without_source": FindingText(
        _("Island without source"),
        _("%(pipe_count)s pipes with %(customer_count)s customers are joined to no source."),
        _("Join them to the network, or bring in their source."),
    ),
    "dry_behind_closed_valve": FindingText(
        _("Dry behind closed valves"),
        _(
            "%(pipe_count)s pipes with %(customer_count)s customers have no water as the valves "
            "stand; closed: %(valves)s."
        ),
        _("Check the state of these valves."),
    ),
    "dry_behind_one_way": FindingText(
        _("Dry against the flow"),
        _(
            "%(pipe_count)s pipes with %(customer_count)s customers lie upstream of one-way "
            "devices only."
        ),
        _("Check the direction of check valves, pumps and regulators around them."),
    ),
    "customer_without_pipe": FindingText(
        _("Customer without pipe"),
        _("There is no pipe within %(within_m)s m; the customer is in no outage."),
        _("Name the customer's pipe, or correct the place."),
    ),
    "customer_pipe_unknown": FindingText(
        _("Customer on an unknown pipe"),
        _("The customer names %(names)s, which does not exist; the nearest pipe stands in."),
        _("Correct the pipe's id."),
    ),
    "customer_far_from_pipe": FindingText(
        _("Customer far from its pipe"),
        _("The customer is %(distance_m)s m from its pipe."),
        _("Check the pipe's id and the customer's place."),
    ),
    "customer_account_duplicate": FindingText(
        _("Account used twice"),
        _("Account %(account)s is also that of %(other)s."),
        _("Check the accounts."),
    ),
    "customer_account_missing": FindingText(
        _("Customer without account"),
        _("The customer has no account."),
        _("Add the account, so that agents can find the customer."),
    ),
    "customer_on_unused_pipe": FindingText(
        _("Customer on a pipe that is not in service"),
        _("Pipe %(pipe)s is not in service; the customer is in no outage."),
        _("Name the pipe that supplies the customer now."),
    ),
    "hydrant_off_pipe": FindingText(
        _("Hydrant off any pipe"),
        _("There is no pipe within %(within_m)s m."),
        _("Move the hydrant, or name its pipe."),
    ),
    "hydrant_pipe_unknown": FindingText(
        _("Hydrant on an unknown pipe"),
        _("The hydrant names %(names)s, which does not exist; the nearest pipe stands in."),
        _("Correct the pipe's id."),
    ),
    "closed_pipe_as_valve": FindingText(
        _("Pipe closed at the start"),
        _("The link starts closed; a closed valve stands at its start for it."),
        _("Nothing has to be done."),
    ),
}


def title_of(code: str) -> str:
    """Return what this kind of finding is called, in the language of the moment."""
    return gettext(TEXTS[code].title)


def detail_of(code: str, facts: Mapping[str, Any]) -> str:
    """Return what is wrong with one asset, in the language of the moment."""
    shown = {name: _shown(name, value) for name, value in facts.items()}
    return gettext(TEXTS[code].detail) % shown


def _shown(name: str, value: Any) -> Any:
    if name in ("recorded", "found"):
        return Operability(value).label
    return ", ".join(value) if isinstance(value, list) else value


def mend_of(code: str) -> str:
    """Return how to mend it, in the language of the moment."""
    return gettext(TEXTS[code].mend)
