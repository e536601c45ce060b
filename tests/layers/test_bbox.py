"""The rectangle a map asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.bbox import BadRectangle, parse_rectangle


def test_a_piece_of_town() -> None:
    rectangle = parse_rectangle("110.04,22.92,110.06,22.94", max_km2=60)
    assert rectangle.as_tuple == (110.04, 22.92, 110.06, 22.94)
    # 0.02 by 0.02 degrees at 23 north: 2.05 by 2.23 km.
    assert rectangle.area_km2 == pytest.approx(4.57, abs=0.05)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "four numbers"),
        ("1,2,3", "four numbers"),
        ("1,2,3,4,5", "four numbers"),
        ("a,b,c,d", "four numbers"),
        ("nan,1,2,3", "finite"),
        ("1,2,inf,4", "finite"),
        ("1,2,1e400,4", "finite"),
        ("110.06,22.92,110.04,22.94", "west before east"),
        ("110.04,22.94,110.06,22.92", "south before north"),
        ("110.04,22.92,110.04,22.94", "west before east"),
        ("-200,22,110,23", "globe"),
        ("110,-89,111,-88", "globe"),
        ("100,20,110,30", "at most 60 km2"),
    ],
)
def test_nonsense_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(BadRectangle, match=says):
        parse_rectangle(text, max_km2=60)


@given(st.text(max_size=60) | st.lists(st.floats(), min_size=4, max_size=4).map(str))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        rectangle = parse_rectangle(text.strip("[]"), max_km2=60)
    except BadRectangle:
        return
    assert 0 < rectangle.area_km2 <= 60
