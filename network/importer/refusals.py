"""How an import says no: every reason once, with what to do about it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


class ImportRefused(Exception):
    """The input cannot be read as a network; nothing was changed.

    `code` is for programs and tests, the message for people: what is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


REASONS: Final = {
    # where it lies and what it is
    "path_not_local": _(
        "%(path)s is no path on this machine. Download the data and give its file or folder."
    ),
    "path_missing": _("There is nothing at %(path)s."),
    "may_not_read": _(
        "%(name)s may not be read: give the program's user the permission (chmod -R o+rX)."
    ),
    "file_too_large": _(
        "%(name)s is larger than %(limit)d MB. Split it, or raise IMPORT_MAX_BYTES."
    ),
    "format_unknown": _(
        "%(name)s is of no format that can be imported. Give a folder or zip of GeoJSON, CSV or "
        "shapefiles, a GeoPackage (.gpkg) or an EPANET file (.inp)."
    ),
    "nothing_to_read": _("%(folder)s holds no GeoJSON, CSV, shapefile, GeoPackage or EPANET file."),
    "content_differs": _(
        "%(name)s is not what its ending says: its content is no %(format)s. It was not opened."
    ),
    "shapefile_incomplete": _(
        "%(name)s lacks its %(missing)s. A shapefile is several files of one name."
    ),
    # zips
    "zip_broken": _("%(name)s cannot be unpacked (%(error)s). Pack it again, without a password."),
    "zip_too_many": _("%(name)s holds %(count)d files, more than the %(limit)d of any network."),
    "zip_unsafe_name": _(
        "%(name)s holds %(member)r, which points outside of it. It was not unpacked."
    ),
    "zip_foreign_file": _(
        "%(name)s holds %(member)r, which is no part of a network. Leave it out."
    ),
    "zip_bomb": _(
        "%(name)s would unpack to more than %(ratio)d times its size or more than %(limit)d MB. "
        "It was not unpacked."
    ),
    # content
    "unreadable": _("%(name)s cannot be read: %(error)s"),
    "csv_row": _("%(name)s, line %(line)d has more values than the header has names."),
    "csv_without_place": _("%(name)s has neither lon and lat, nor x and y, nor a wkt column."),
    "inp_line": _("%(name)s, line %(line)d, section [%(section)s]: %(error)s"),
    "inp_without_coordinates": _("%(name)s has no [COORDINATES], so nothing in it has a place."),
    "no_pipes": _(
        "No layer of pipes was found. The layers are: %(layers)s. Call one of them pipes, or name "
        "it in a mapping file (--mapping)."
    ),
    "pipes_empty": _(
        "%(layers)s holds no pipe. A network without pipes does not replace the last one: check "
        "the export."
    ),
    "id_column_missing": _(
        "%(layer)s has no column of ids. Its columns are: %(columns)s. Call one of them id, or "
        "name it in a mapping file (--mapping)."
    ),
    "mapping_broken": _("The mapping file %(name)s cannot be used: %(error)s"),
    "snapping_impossible": _(
        "The snap tolerance makes no sense for this drawing: %(error)s. Check --snap-tolerance "
        "and the coordinate system."
    ),
    # coordinate systems
    "crs_missing": _(
        "%(layer)s states no coordinate system. Give it: --crs EPSG:n (CGCS2000 is 4490; its "
        "3-degree Gauss-Kruger zones are 4513 to 4554), or --crs local for a schematic drawing "
        "that has none."
    ),
    "crs_unknown": _(
        "The coordinate system of %(name)s is not known here (%(crs)s). Give --crs EPSG:n, or "
        "convert the data first."
    ),
    "crs_ballpark": _(
        "%(name)s is in %(crs)s. Without the local transformation parameters it would come out "
        "some hundred metres off. Convert it to CGCS2000 first."
    ),
    "crs_out_of_area": _(
        "%(layer)s: the coordinates (%(x)s, %(y)s) lie outside of the area of %(crs)s. %(hint)s"
    ),
    "axes_swapped": _(
        "%(layer)s: the axes are swapped: latitude or northing stands in the first place, as in "
        "(%(x)s, %(y)s). Repeat with --swap-axes, or export x (east) before y (north)."
    ),
}

# Second sentences of crs_out_of_area.
HINT_METRES: Final = _("They look like metres: give the system they are in with --crs EPSG:n.")
HINT_ZONE: Final = _(
    "Eastings of eight digits begin with their zone: this looks like EPSG:%(code)d."
)
HINT_ZONE_MISSING: Final = _(
    "Eastings of six digits carry no zone: use the system without zone prefix."
)
HINT_CHECK: Final = _("Check --crs and the data.")


def refusal(*, reason: str, **facts: object) -> ImportRefused:
    """Return the refusal for a reason, in the language of the moment."""
    return ImportRefused(reason, gettext(REASONS[reason]) % facts)
