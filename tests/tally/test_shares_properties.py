"""What must be true of Equal Shares in every election, tried on many small ones full of ties."""

from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbvote.tally import Election, Project, Tally, TieUndecided, count, explain
from pbvote.tally.engine import Engine, using

RULES = ("rank-equal-shares", "equal-shares-points", "equal-shares-approval")
ALONE = {"completion": "none", "top_up": False}
COMPLETIONS = ("add1-overspend", "add1-exhaustive", "none")


@st.composite
def wishes(draw, *, most_projects=5, most_voters=7, costs=(0, 1, 2, 2, 3, 4, 6, 12)):
    """(costs, ballots as rankings, budget)."""
    ids = [f"p{number}" for number in range(draw(st.integers(1, most_projects)))]
    asked = {name: draw(st.sampled_from(costs)) for name in ids}
    ballot = st.lists(st.sampled_from(ids), min_size=1, unique=True)
    ballots = draw(st.lists(ballot, min_size=1, max_size=most_voters))
    return asked, ballots, draw(st.integers(0, max(1, sum(asked.values()))))


def election(case, rule="rank-equal-shares", **more):
    costs, ballots, budget = case
    projects = [Project(*item) for item in costs.items()]
    if rule == "equal-shares-approval":
        return Election.approval(projects=projects, ballots=ballots, budget=budget, **more)
    return Election.ranked(projects=projects, ballots=ballots, budget=budget, **more)


def tallied(case, rule="rank-equal-shares", parameters=None, **more):
    return count(election(case, rule), rule, parameters or {}, **{"seed": "2718", **more})


rules = st.sampled_from(RULES)


def units(rule, ballot, project, longest):
    return longest - ballot.index(project) if rule == "equal-shares-points" else 1


def replayed(case, rule, tally):
    """[(step, payments by voter, money before)] by doing what the tally says, voter by voter."""
    _, ballots, _ = case
    longest = max(map(len, ballots))
    held = [tally.completion.share] * len(ballots)
    for step in tally.steps:
        if step.part != "shares":
            continue
        level = step.level if rule == "rank-equal-shares" else longest
        payments = {
            i: min(held[i], step.price * units(rule, ballot, step.project, longest))
            for i, ballot in enumerate(ballots)
            if step.project in ballot[:level]
        }
        yield step, payments, list(held)
        for i, paid in payments.items():
            held[i] -= paid


@given(wishes(), rules, st.sampled_from(COMPLETIONS))
def test_awards_are_within_the_budget(case, rule, completion):
    tally = tallied(case, rule, {"completion": completion, "cap": 30})
    assert 0 <= tally.spent <= tally.budget
    assert tally.left == tally.budget - sum(tally.awards.values())


@given(wishes(), rules)
def test_payments_of_every_step_sum_to_its_cost_exactly(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    for step, payments, _ in replayed(case, rule, tally):
        assert sum(payments.values()) == step.award


@given(wishes(), rules)
def test_nobody_pays_more_than_they_hold_or_twice_for_one_project(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    paid_for = Counter()
    for step, payments, held in replayed(case, rule, tally):
        for i, paid in payments.items():
            assert 0 <= paid <= held[i]
            paid_for[i, step.project] += 1
    assert all(times == 1 for times in paid_for.values())


@given(wishes(), rules)
def test_the_money_and_the_people_recorded_at_a_step_are_those_of_its_supporters(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    for step, payments, held in replayed(case, rule, tally):
        assert step.supporters == len(payments)
        assert step.money == sum(held[i] for i in payments)
        emptied = [i for i, paid in payments.items() if paid == held[i] and held[i] > 0]
        assert step.paid_all == len(emptied)


@given(wishes(), rules)
def test_effective_support_never_rises_within_a_level(case, rule):
    assume(rule != "equal-shares-points")
    steps = [step for step in tallied(case, rule, ALONE).steps if step.support is not None]
    for before, after in pairwise(steps):
        if before.level == after.level:
            assert after.support <= before.support


@given(wishes())
def test_price_per_point_never_falls(case):
    prices = [step.price for step in tallied(case, "equal-shares-points", ALONE).steps]
    assert prices == sorted(prices)


@given(wishes(), rules)
def test_the_project_taken_is_a_candidate_and_no_candidate_has_more_support(case, rule):
    assume(rule != "equal-shares-points")
    for step in tallied(case, rule, {"cap": 5}).steps:
        if step.part == "shares" and step.award:
            mine = next(found for found in step.candidates if found.project == step.project)
            assert mine.price == step.price.numerator // step.price.denominator
            assert mine.money == step.money.numerator // step.money.denominator
            assert (
                max(found.support for found in step.candidates if found.support is not None) == mine.support
            )


@given(wishes(), rules)
def test_steps_are_numbered_and_what_is_left_adds_up(case, rule):
    left = case[2]
    for number, step in enumerate(tallied(case, rule, {"cap": 10}).steps, 1):
        left -= step.award
        assert (step.number, step.left) == (number, left)


@given(wishes(), rules, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(case, rule, dice):
    costs, ballots, budget = case
    shuffled = dice.sample(ballots, len(ballots))
    assert tallied((costs, shuffled, budget), rule).to_json() == tallied(case, rule).to_json()


@given(wishes(), rules, st.randoms(use_true_random=False))
def test_the_order_of_projects_changes_nothing(case, rule, dice):
    costs, ballots, budget = case
    shuffled = dict(dice.sample(list(costs.items()), len(costs)))
    assert tallied((shuffled, ballots, budget), rule).to_json() == tallied(case, rule).to_json()


@given(wishes(), rules)
def test_ballots_counted_beforehand_change_nothing(case, rule):
    costs, ballots, budget = case
    counted = Counter(map(tuple, ballots))
    assert tallied((costs, counted, budget), rule).to_json() == tallied(case, rule).to_json()


@given(wishes(), rules)
def test_a_project_nobody_names_changes_nothing(case, rule):
    costs, ballots, budget = case
    more = tallied(({**costs, "zz": 1}, ballots, budget), rule)
    less = tallied(case, rule)
    assert (more.steps, more.allocation, more.ties) == (less.steps, less.allocation, less.ties)
    assert next(why for why in more.not_funded if why.project == "zz").reason == "no-support"


@given(wishes(), rules, st.integers(2, 1000))
def test_scaling_all_money_and_the_step_with_it_changes_nothing(case, rule, factor):
    costs, ballots, budget = case
    scaled = ({name: cost * factor for name, cost in costs.items()}, ballots, budget * factor)
    small = tallied(case, rule, {"step": 1, "cap": 20})
    large = tallied(scaled, rule, {"step": factor, "cap": 20})
    assert large.funded == small.funded
    assert large.completion.raises == small.completion.raises
    assert [step.price for step in large.steps if step.price is not None] == [
        step.price * factor for step in small.steps if step.price is not None
    ]


@given(wishes(), rules, st.integers(2, 4))
def test_casting_every_ballot_several_times_changes_nothing(case, rule, times):
    costs, ballots, budget = case
    assert tallied((costs, ballots * times, budget), rule, ALONE).funded == tallied(case, rule, ALONE).funded


@given(wishes(), rules)
def test_after_top_up_nothing_with_points_fits_what_is_left(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    for standing in tally.projects:
        if standing.points and standing.project not in tally.funded:
            assert standing.cost > tally.left


@given(wishes(), rules)
def test_the_top_up_only_adds(case, rule):
    without = tallied(case, rule, {"cap": 10, "top_up": False})
    assert tallied(case, rule, {"cap": 10}).funded[: len(without.funded)] == without.funded


@given(wishes(), rules, st.sampled_from(COMPLETIONS), st.integers(0, 6))
def test_raises_keep_within_the_cap_and_say_why_they_stopped(case, rule, completion, cap):
    facts = tallied(case, rule, {"completion": completion, "cap": cap, "step": 1}).completion
    assert facts.raises <= cap
    assert facts.share == facts.start + facts.raises * facts.step
    assert (facts.overspend_cost is not None) == (facts.stopped == "overspend")
    if facts.overspend_cost is not None:
        assert facts.overspend_cost > case[2]
    if facts.stopped == "cap":
        assert facts.raises == cap


@given(wishes(), rules)
def test_the_outcome_kept_is_that_of_one_run_at_the_final_share(case, rule):
    costs, ballots, budget = case
    whole = (costs, ballots, budget // len(ballots) * len(ballots))
    raised = tallied(whole, rule, {"step": 1, "cap": 20, "top_up": False})
    share = raised.completion.share
    assert share.denominator == 1
    again = tallied(whole, rule, {**ALONE, "start": int(share)})
    assert (again.steps, again.not_funded) == (raised.steps, raised.not_funded)


@given(wishes(), rules)
def test_all_supported_projects_are_funded_where_the_raises_say_so(case, rule):
    tally = tallied(case, rule, {"cap": 20, "top_up": False})
    if tally.completion.stopped == "all-funded":
        wanted = {name for name in chain(*case[1]) if case[0][name] <= case[2]}
        assert wanted == set(tally.funded)


@given(wishes(), rules)
def test_a_tally_comes_back_from_its_json(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    assert Tally.from_json(tally.to_json()) == tally


@given(wishes(), rules, st.integers(0, 11))
def test_a_funded_project_made_cheaper_stays_funded_in_a_single_run(case, rule, cheaper):
    costs, ballots, budget = case
    for project in tallied(case, rule, ALONE).funded:
        if cheaper < costs[project]:
            changed = ({**costs, project: cheaper}, ballots, budget)
            assert project in tallied(changed, rule, ALONE).funded


@given(wishes(costs=(1, 2, 3, 4)), rules)
def test_why_not_facts_fit_together(case, rule):
    tally = tallied(case, rule, ALONE)
    for why in tally.not_funded:
        if why.reason == "outbid":
            standing = tally.standing(why.project)
            spent = sum(one.amount for one in why.paid_for)
            assert why.money + spent <= standing.supporters * tally.completion.share
            assert why.money <= why.highest < standing.cost
            assert why.missing == standing.cost - why.money > 0
            assert why.enough is None or why.enough >= 1
            assert why.lost_at is not None
            assert {one.project for one in why.paid_for} <= set(tally.funded)


@given(wishes())
def test_those_who_put_a_project_first_and_can_pay_for_it_get_it(case):
    costs, ballots, budget = case
    tally = tallied(case, parameters=ALONE)
    first = Counter(ballot[0] for ballot in ballots)
    for project, voters in first.items():
        if voters * Fraction(budget, len(ballots)) >= costs[project]:
            assert project in tally.funded


def subsets(things):
    return chain.from_iterable(combinations(things, size) for size in range(1, len(things) + 1))


@given(wishes(most_projects=4, most_voters=6))
@settings(max_examples=150)
def test_inclusion_psc_holds_in_a_single_run(case):
    """Aziz and Lee 2021: of what a group ranks above all else, no more fits what it can pay for."""
    costs, ballots, budget = case
    funded = set(tallied(case, parameters=ALONE).funded)
    for wanted in subsets(sorted(costs)):
        inside = set(wanted)
        # voters of a solid coalition rank every project of the set above all others
        solid = [b for b in ballots if inside <= set(b) and set(b[: len(inside)]) == inside]
        if not solid:
            continue
        worth = Fraction(budget * len(solid), len(ballots))
        theirs = funded & periphery(ballots, inside, solid)
        spent = sum(costs[name] for name in theirs)
        for more in inside - funded:
            assert spent + costs[more] > worth, (wanted, more)


def periphery(ballots, inside, solid):
    """Projects some member of the coalition ranks no lower than the last of the set."""
    reach = set(inside)
    for ballot in solid:
        reach |= set(ballot[: len(inside)])
    return reach


@given(wishes(most_projects=4, most_voters=5, costs=(1, 2, 3, 4)))
@settings(max_examples=150)
def test_ejr_up_to_one_holds_for_approvals_in_a_single_run(case):
    """Peters, Pierczyński, Skowron 2021: in a group that agrees on projects and can pay for them, what is
    funded

    and one more of them is worth as much to somebody as all of them.
    """
    costs, ballots, budget = case
    for utility, worth in (("cost", costs), ("count", dict.fromkeys(costs, 1))):
        funded = set(tallied(case, "equal-shares-approval", {**ALONE, "utility": utility}).funded)
        for wanted in subsets(sorted(costs)):
            group = [set(ballot) for ballot in ballots if set(wanted) <= set(ballot)]
            total = sum(costs[name] for name in wanted)
            if not group or total > Fraction(budget * len(group), len(ballots)):
                continue
            target = sum(worth[name] for name in wanted)
            assert any(
                sum(worth[name] for name in approved & funded)
                + max((worth[name] for name in set(wanted) - funded), default=0)
                >= target
                for approved in group
            )


@given(wishes(), rules, st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_seed_matters_only_where_a_lot_is_drawn(case, rule, one, other):
    first, second = (tallied(case, rule, {"cap": 10}, seed=str(seed)) for seed in (one, other))
    if not any(tie.by == "lot" for tie in (*first.ties, *second.ties)):
        assert first.allocation == second.allocation


@given(wishes(), rules)
def test_a_count_that_needs_no_lot_gives_the_same_with_any_seed(case, rule):
    try:
        without = tallied(case, rule, {"cap": 10}, seed=None)
    except TieUndecided:
        assume(False)
    with_seed = tallied(case, rule, {"cap": 10}, seed="31")
    assert set(with_seed.funded) == set(without.funded)


@given(wishes(), rules)
def test_ties_name_projects_that_are_level_and_the_step_they_decided(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    for number, tie in enumerate(tally.ties):
        assert len(set(tie.order)) == len(tie.order) > 1
        if tie.raises is None and tie.step:
            step = tally.steps[tie.step - 1]
            assert step.tie == number
            assert step.project in tie.order


@given(wishes(), rules)
def test_exact_fractions_everywhere_give_the_same_bytes(case, rule):
    expected = tallied(case, rule, {"cap": 6}).to_json()
    with using(Engine(exact=True)):
        assert tallied(case, rule, {"cap": 6}).to_json() == expected
    with using(Engine(compiled=False)):
        assert tallied(case, rule, {"cap": 6}).to_json() == expected


@given(wishes(), rules, st.integers(1, 12))
def test_part_funding_gives_one_project_at_least_its_least_amount(case, rule, least):
    costs, ballots, budget = case
    projects = [Project(name, cost, least=min(least, cost)) for name, cost in costs.items()]
    make = Election.approval if rule == "equal-shares-approval" else Election.ranked
    asked = make(projects=projects, ballots=ballots, budget=budget)
    tally = count(asked, rule, {"cap": 10, "part_funding": True}, seed="1")
    parts = [award for award in tally.allocation if award.part]
    assert len(parts) <= 1
    for award in parts:
        assert min(least, costs[award.project]) <= award.amount < costs[award.project]
        assert tally.left == 0
    assert tally.spent <= budget


@given(wishes(), st.data())
def test_a_withdrawn_project_is_as_if_it_had_never_stood(case, data):
    costs, ballots, budget = case
    gone = data.draw(st.sampled_from(sorted(costs)))
    kept = [[name for name in ballot if name != gone] for ballot in ballots]
    assume(all(kept))
    struck = count(election(case, max_length=9, withdrawn={gone}), seed="2718")
    rest = {name: cost for name, cost in costs.items() if name != gone}
    never = count(election((rest, kept, budget), max_length=9), seed="2718")
    assert (struck.steps, struck.allocation, struck.not_funded) == (
        never.steps,
        never.allocation,
        never.not_funded,
    )


@given(wishes(), rules)
def test_every_project_has_an_explanation_that_agrees_with_the_allocation(case, rule):
    tally = tallied(case, rule, {"cap": 10})
    for project in case[0]:
        found = explain(tally, project)
        assert found.facts["funded"] == (project in tally.awards)
        assert all(message.text() for message in found.messages)


@given(wishes(), st.data())
def test_the_input_hash_sees_every_change(case, data):
    costs, ballots, budget = case
    before = election(case, max_length=9).digest
    ballot = data.draw(st.integers(0, len(ballots) - 1))
    added = data.draw(st.sampled_from(sorted(costs)))
    changed = [list(b) for b in ballots]
    changed[ballot] = [name for name in changed[ballot] if name != added] or [added]
    if Counter(map(tuple, changed)) != Counter(map(tuple, ballots)):
        assert election((costs, changed, budget), max_length=9).digest != before
    assert election((costs, ballots, budget + 1), max_length=9).digest != before
    assert election(({**costs, added: costs[added] + 1}, ballots, budget), max_length=9).digest != before
