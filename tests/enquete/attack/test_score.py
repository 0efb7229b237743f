"""The attacker's yardstick: what guessing gives, and that a join is told from it."""

from itertools import permutations
from random import Random

import pytest

from tests.enquete.attack.score import ALARM, most_by_chance, rank_correlation


@pytest.mark.parametrize(("guessed", "size"), [(6, 6), (3, 6), (1, 6)])
def test_guessing_is_right_no_more_often_than_said(guessed, size):
    right = [sum(p[i] == i for i in range(guessed)) for p in permutations(range(size))]
    for alarm in (0.5, 0.1, 0.01, 0.002):
        most = most_by_chance(((guessed, size),), alarm)
        assert sum(r > most for r in right) / len(right) < alarm


def test_whom_nobody_can_tell_apart_is_one_right_for_each_class():
    assert most_by_chance(((300, 300),)) < 20
    assert 20 < most_by_chance(((75, 75),) * 4) < 35
    assert most_by_chance(((1, 1),) * 5) == 5  # a class of one hides nobody, and is no find
    assert most_by_chance(()) == 0


def test_an_order_is_told_from_none():
    shuffled = Random(1).sample(range(300), 300)
    tau, by_chance = rank_correlation([shuffled])
    assert abs(tau) < by_chance < 0.3
    assert rank_correlation([range(300)])[0] == 1
    assert rank_correlation([range(300, 0, -1)])[0] == -1
    assert rank_correlation([]) == (0, 1)


def test_the_bound_of_an_order_holds_where_all_orders_can_be_tried():
    taus = [rank_correlation([p[:4], p[4:]], 0.01) for p in permutations(range(8))]
    assert sum(abs(tau) > by_chance for tau, by_chance in taus) / len(taus) < 0.01


def test_all_looks_of_an_attack_together_are_wrong_less_than_once_in_a_million():
    from tests.enquete.attack.score import LOOKS

    assert LOOKS * ALARM < 1e-6
