"""The order of resets, as a component writes it and as a resource reads it."""

from __future__ import annotations

from crosstenant.model.reset_waves import NO_WAVES, Wave, WavePlace, in_short, names_of


def test_what_a_component_writes_is_what_a_resource_reads():
    written = names_of({10: ["d"], 2: ["b", "c"], 0: ["a"]})
    assert written == {"0": "a", "2": "b, c", "10": "d"}
    place = WavePlace.read(2.0, written, None)
    assert place.waves == (Wave(0, ("a",)), Wave(2, ("b", "c")), Wave(10, ("d",)))
    assert (place.earlier, place.later) == ((Wave(0, ("a",)),), (Wave(10, ("d",)),))


def test_the_order_is_that_of_the_numbers_and_not_of_the_texts():
    # A map of Pulumi's comes back in the order of its keys as texts.
    place = WavePlace.read(9, {"0": "a", "10": "c", "9": "b"}, None)
    assert [it.number for it in place.waves] == [0, 9, 10]
    assert [it.number for it in place.later] == [10]


def test_a_cluster_without_a_wave_waits_for_no_other():
    assert WavePlace.read(None, None, None) == NO_WAVES
    limited = WavePlace.read(None, None, 2.0)
    assert (limited.earlier, limited.later, limited.at_once) == ((), (), 2)


def test_of_many_names_the_first_ones_are_shown():
    assert in_short(["a", "b"]) == "a, b"
    assert in_short(list("abcdef")) == "a, b, c, d, e, f"
    assert in_short(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert str(Wave(3, tuple("abcdefgh"))) == "wave 3 (a, b, c, d, e and 3 more)"
