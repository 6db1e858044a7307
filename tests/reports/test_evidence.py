"""A difference is the same from both sides, and bars end where something is known."""

from reports.evidence import Difference, Evidence, Interval

FOUND = Difference(
    *("box_ap", "b", "a", Interval(2.0, 1.0, 3.5, "images and seeds")),
    *(0.01, 0.02, 0.9, 1.5, (3, 2), 200),
)


def test_a_difference_turns_with_the_question() -> None:
    evidence = Evidence(differences=(FOUND,))
    assert evidence.between("box_ap", "b", "a") == FOUND
    turned = evidence.between("box_ap", "a", "b")
    assert turned is not None
    assert turned.interval == Interval(-2.0, -3.5, -1.0, "images and seeds")
    assert (turned.first, turned.second, turned.seeds) == ("a", "b", (2, 3))
    assert (turned.p_holm, round(turned.better, 9), turned.detectable) == (0.02, 0.1, 1.5)
    assert evidence.between("mask_ap", "b", "a") is None


def test_bars_end_at_the_interval_else_at_the_seeds() -> None:
    evidence = Evidence(intervals={("a", "m"): Interval(2.0, 1.0, 3.5, "images")})
    assert evidence.reach(("a", "m"), [1.9, 2.1]) == (1.0, 3.5)
    assert evidence.reach(("b", "m"), [1.9, 2.1]) == (1.9, 2.1)
    assert evidence.reach(("b", "m"), [2.0]) == (None, None)
