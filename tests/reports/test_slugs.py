"""Different names stay different files."""

from hypothesis import given
from hypothesis import strategies as st

from reports.slugs import slug


def test_a_plain_name_stays_as_it_is() -> None:
    assert slug("demo", "coco", "box_ap") == "demo-coco-box_ap"


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_texts_give_different_safe_names(left: str, right: str) -> None:
    for name in (slug(left), slug(right)):
        assert name.isascii()
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
        assert name
    assert (slug(left) == slug(right)) == (left == right)
