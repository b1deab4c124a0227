"""What officials decided follows from the ballots by the rule they state, or the verdict says why not."""

import json
import os
from fractions import Fraction
from multiprocessing import active_children
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from pbvote.tally import CountError, count
from pbvote.tally.official import judge
from pbvote.tally.official.__main__ import main
from pbvote.tally.official.folder import BROKEN, TIMEOUT, UNREADABLE, examine, recount
from pbvote.tally.official.stated import Reading, groups_in_comment, prefer_first, stated, variations
from pbvote.tally.official.verdict import _explained
from pbvote.tally.pabulib import read

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "elections"
OURS = HERE / "elections"

VERDICTS = {
    "Netherlands_Amsterdam_252": ("no-result", []),
    "Netherlands_Assen_2024": ("match", []),
    "Poland_Czestochowa_2025_Tysiaclecie": ("match", []),
    "Poland_Gdynia_2020_Babie_Doly__large": ("match", []),
    "Poland_Gdynia_2020_Babie_Doly__small": ("match", ["official.other-money"]),
    "Poland_Katowice_2023_Srodmiescie": ("match", []),
    "Poland_Krakow_2021": ("match", []),
    "Poland_Krakow_2022_Czyzyny": ("match", []),
    "Poland_Krakow_2024_Nowa_Huta": ("match", []),
    "Poland_Lodz_2022": ("match", []),
    "Poland_Poznan_2023_5_-_Grunwald_Polnoc_Grunwald_Poludnie_Stary_Grunwald": (
        "match",
        ["official.other-money"],
    ),
    "Poland_Swiecie_2023": ("match", []),
    "Poland_Warszawa_2022_Bemowo": ("explained", ["official.exclusive-from-comment"]),
    "Poland_Warszawa_2022_Targowek": ("match", []),
    "Poland_Wroclaw_2017_Rejon_nr_11_750": ("match", []),
    "US_Stanford_Dataset_Merced_Peoples_Budget_Ballot_2019_vote_rankings": ("no-result", []),
    "Worldwide_Mechanical_Turk_Ranking_value_8": ("no-result", []),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_real_election_is_recounted_to_its_official_outcome(name):
    path = SHARED / f"{name}.pb"
    if not path.exists():
        pytest.skip("the shared elections are not on this machine")
    verdict = judge(read(path))
    assert (verdict.status, [reason.id for reason in verdict.reasons]) == VERDICTS[name]


def file_of(rule, rows, votes, *, budget=100, meta="", kind="approval", unit="Little Marsh"):
    """A file: rows are "id;cost;selected", votes are ids or "ids;points"."""
    points = ";points" if kind in ("cumulative", "scoring") else ""
    head = f"META\nkey;value\nunit;{unit}\nbudget;{budget}\nvote_type;{kind}\nrule;{rule}\n{meta}"
    projects = "PROJECTS\nproject_id;cost;selected\n" + "".join(f"{row}\n" for row in rows)
    ballots = f"VOTES\nvoter_id;vote{points}\n" + "".join(f"{n};{v}\n" for n, v in enumerate(votes, 1))
    return read((head + projects + ballots).encode())


def ids(verdict):
    return [reason.id for reason in verdict.reasons]


@pytest.mark.parametrize("path", sorted(OURS.glob("*.pb")), ids=lambda path: path.stem)
def test_our_own_small_files_match_by_the_rule_they_state(path):
    assert judge(read(path)).status == "match"


def test_a_tie_broken_otherwise_explains_an_outcome():
    verdict = judge(file_of("greedy", ["a;60;0", "b;60;1"], ["a", "b"]))
    assert (verdict.status, ids(verdict)) == ("explained", ["official.tie"])


def test_an_outcome_that_no_tie_break_gives_differs():
    verdict = judge(file_of("greedy", ["a;60;0", "b;60;1"], ["a", "a", "b"]))
    assert (verdict.status, verdict.missing, verdict.extra) == ("differs", ("b",), ("a",))
    assert ids(verdict) == ["official.unknown-cause"]


def test_a_rule_followed_otherwise_than_stated_is_named():
    rows = ["a;60;1", "b;60;0", "c;10;0"]
    verdict = judge(file_of("greedy", rows, ["a,b,c", "a,b", "a"]))
    assert verdict.status == "differs"
    assert "greedy-no-skip" in [reason.parameters.get("rule") for reason in verdict.reasons]


def test_spending_above_the_budget_is_said_in_the_files_own_currency():
    verdict = judge(file_of("greedy", ["a;60.5;1", "b;60;1"], ["a", "b"], budget=100))
    over = next(reason for reason in verdict.reasons if reason.id == "official.overspent")
    assert over.parameters["over"] == "20.5"


@pytest.mark.parametrize("rule", ["greedy", "greedy-threshold"])
def test_a_threshold_in_meta_holds_whichever_greedy_rule_is_stated(rule):
    file = file_of(rule, ["a;10;1", "b;10;0"], ["a", "a,b"], meta="min_project_score_threshold;2\n")
    assert judge(file).status == "match"


def test_a_threshold_counts_points_where_ballots_give_points():
    meta = "min_project_score_threshold;2.5\nmax_sum_points;3\n"
    votes = ["a,b;2.5,0.5", "b;1.5"]
    file = file_of("greedy-threshold", ["a;10;1", "b;10;0"], votes, meta=meta, kind="cumulative")
    assert judge(file).status == "match"


def test_projects_below_the_threshold_that_were_funded_are_named():
    file = file_of(
        "greedy-threshold", ["a;10;1", "b;10;1"], ["a", "a,b"], meta="min_project_score_threshold;2\n"
    )
    assert "official.below-threshold" in ids(judge(file))


def test_projects_the_comment_names_and_officials_left_out_explain_an_outcome():
    meta = "comment;#1: Project b2 was withdrawn by its author.\n"
    verdict = judge(file_of("greedy", ["a;60;1", "b2;30;0", "c;20;1"], ["a,b2", "a,b2,c"], meta=meta))
    assert (verdict.status, ids(verdict)) == ("explained", ["official.comment-names"])


def test_exclusions_come_from_the_comment_and_that_is_said():
    meta = 'comment;#1: Projects "p1" and p2 want the same place. #2: See p3.\n'
    file = file_of("greedy-exclusive", ["p1;10;1", "p2;10;0", "p3;10;1"], ["p1,p2,p3", "p1"], meta=meta)
    assert groups_in_comment(file) == (("p1", "p2"),)
    verdict = judge(file)
    assert (verdict.status, ids(verdict)) == ("explained", ["official.exclusive-from-comment"])


def test_an_exclusive_rule_without_a_comment_cannot_follow_from_the_file():
    file = file_of("greedy-exclusive", ["p1;10;1", "p2;10;0"], ["p1,p2", "p1"])
    assert judge(file).status == "differs"


def test_a_threshold_binds_projects_that_exclude_each_other_and_poznans_too():
    threshold = "min_project_score_threshold;2\n"
    comment = "comment;#1: Projects p1 and p2 exclude each other. #2: It began with 4,100,000 PLN.\n"
    rows = ["p1;10;1", "p2;10;0", "p3;10;0", "4;10;1", "100;10;1"]
    votes = ["p1,p2,4", "p1,p2,4,100", "p3,p1,100"]
    verdict = judge(file_of("greedy-exclusive", rows, votes, meta=threshold + comment))
    assert (verdict.status, verdict.counted) == ("explained", "greedy-exclusive")
    file = file_of("greedy-custom", ["a;60;1", "b;10;0"], ["a", "a,b"], meta=threshold, unit="Poznań")
    assert (judge(file).status, judge(file).counted) == ("match", "greedy-80")


def test_projects_said_to_exclude_each_other_may_both_have_been_funded():
    comment = "comment;#1: Projects p1 and p2 were thought to exclude each other.\n"
    file = file_of("greedy-exclusive", ["p1;10;1", "p2;10;1"], ["p1,p2", "p1"], meta=comment)
    verdict = judge(file)
    assert (verdict.status, verdict.counted, ids(verdict)) == (
        "explained",
        "greedy",
        ["official.not-exclusive"],
    )


def test_a_withdrawal_after_a_vote_by_ranks_moves_nobody_up():
    rows = ["a;999999999;0", "b;60;0", "c;60;1"]
    votes = ["a,b", "a,b", "c", "c"]
    file = file_of("greedy", rows, votes, kind="ordinal", meta="max_length;3\n")
    assert dict(zip(file.election.ids, file.election.points, strict=True)) == {"b": 6, "c": 6}
    assert judge(file).status == "match"


def test_a_threshold_in_meta_holds_for_equal_shares_too():
    meta = "min_project_score_threshold;2\n"
    for kind, votes in (
        ("approval", ["a", "a", "b"]),
        ("choose-1", ["a", "a", "b"]),
        ("ordinal", ["a", "a", "b"]),
        ("cumulative", ["a;1", "a;1", "b;1"]),
        ("scoring", ["a;1", "a;1", "b;1"]),
    ):
        file = file_of("equalshares", ["a;30;1", "b;30;0"], votes, meta=meta + "max_length;1\n", kind=kind)
        reading = stated(file)
        assert (reading.election.ids, reading.election.voters, reading.assumed) == (("a",), 3, ())
        assert judge(file).status == "match"


def test_shares_that_no_whole_unit_can_raise_keep_their_fraction():
    # At 34 each both are bought for 100.5 of 100; at 33 neither is, but 66.67 pays for a.
    file = file_of("equalshares/add1", ["a;66.5;1", "b;34;0"], ["a", "a", "b"], budget=100)
    tally = stated(file).tally(file.order)
    assert (tally.completion.name, tally.completion.share) == ("none", Fraction(1000, 3))
    assert judge(file).status == "match"


def test_where_all_is_paid_for_a_threshold_and_no_skipping_change_nothing_else():
    rows, votes = ["a;60;1", "b;30;1"], ["a"]
    for rule in ("greedy", "greedy-no-skip", "greedy-threshold", "greedy-custom", "greedy-exclusive"):
        for said, status in (("1", "match"), ("true", "match"), ("0", None), ("no", None)):
            verdict = judge(file_of(rule, rows, votes, meta=f"fully_funded;{said}\n"))
            assert verdict.status == (status or verdict.status)
            assert (verdict.status == "match") == (status == "match")
    meta = "fully_funded;1\nmin_project_score_threshold;1\n"
    assert judge(file_of("greedy-no-skip", ["a;60;1", "b;30;0"], votes, meta=meta)).status == "match"


def test_where_all_is_paid_for_officials_may_have_left_out_what_nobody_voted_for():
    rows, votes = ["a;60;1", "b;30;0"], ["a"]
    for rule in ("greedy", "greedy-no-skip"):
        verdict = judge(file_of(rule, rows, votes, meta="fully_funded;1\n"))
        assert (verdict.status, ids(verdict)) == ("explained", ["official.only-with-votes"])


def test_projects_may_exclude_each_other_although_all_could_be_paid_for():
    meta = "fully_funded;1\ncomment;#1: Projects p1 and p2 exclude each other.\n"
    rows = ["p1;10;1", "p2;10;0", "p3;10;1"]
    verdict = judge(file_of("greedy-exclusive", rows, ["p1,p2", "p1"], meta=meta))
    assert (verdict.counted, ids(verdict)) == ("greedy-exclusive", ["official.exclusive-from-comment"])


def test_projects_below_a_threshold_are_not_let_in_as_projects_without_votes():
    meta = "min_project_score_threshold;2\n"
    file = file_of("greedy-no-skip", ["a;60;1", "b;30;1", "c;5;0"], ["a,b", "a"], meta=meta)
    verdict = judge(file)
    assert (verdict.status, verdict.missing) == ("differs", ("b",))
    assert "official.below-threshold" in ids(verdict)


def test_a_budget_spent_to_the_penny_and_a_threshold_just_reached_are_no_hints():
    meta = "min_project_score_threshold;1\n"
    verdict = judge(file_of("greedy", ["a;60;0", "b;100;1"], ["a", "a", "b"], meta=meta))
    assert (verdict.status, verdict.missing) == ("differs", ("b",))
    assert ids(verdict) == ["official.unknown-cause"]
    scored = judge(file_of("greedy", ["a;60;1", "b;60;0"], ["a;-1", "b;2"], kind="scoring"))
    assert (scored.status, "official.below-threshold" in ids(scored)) == ("differs", False)


def test_a_limit_that_is_none_is_refused_with_the_rule_that_was_run():
    text = file_of("greedy", ["a;40;1"], ["a"], meta="categories;N\nbudget_per_category;-1\n").text()
    text = text.replace("selected\n", "selected;category\n").replace("a;40;1", "a;40;1;N")
    verdict = judge(read(text.encode()))
    assert (verdict.status, verdict.rule, verdict.counted) == ("not-counted", "greedy", "greedy")
    assert ids(verdict) == ["tally.bad-limits"]


def test_a_variation_that_cannot_be_counted_does_not_end_the_search():
    meta = "comment;#1: See b.\n"
    file = file_of("greedy-custom", ["a;60;1", "b;50;0", "c;10;0"], ["a,b,c", "a,b", "a"], meta=meta)
    refused = Reading("greedy", {"limits": ("none",)}, file.election)
    first = count(file.election, "greedy", order=file.order)
    with pytest.raises(CountError):
        next(variations(file, refused)).tally(file.order)
    reading, reasons = _explained(file, refused, first, lambda: True)
    assert (reading.rule, reasons) == ("greedy-no-skip", ())


def test_poznans_rule_counts_what_the_reserve_paid():
    rows = ["a;60;1", "b;50;2", "c;10;3", "d;5;0"]
    file = file_of("greedy-custom", rows, ["a,b,c,d", "a,b,c", "a,b", "a"], unit="Poznań")
    verdict = judge(file)
    assert (verdict.status, verdict.counted, verdict.reserve) == ("match", "greedy-80", ("b", "c"))
    assert verdict.reasons[0].parameters["projects"] == "c"


def test_a_city_with_a_rule_of_its_own_is_tried_with_the_rules_we_know():
    verdict = judge(file_of("greedy-custom", ["a;60;1", "b;50;0", "c;10;0"], ["a,b,c", "a,b", "a"]))
    assert (verdict.status, ids(verdict)) == ("explained", ["official.custom-taken-as"])


def test_the_totals_in_the_file_are_tried_where_its_ballots_say_otherwise():
    text = file_of("greedy", ["a;60;0", "b;60;1"], ["a", "a", "b"]).text()
    text = (
        text.replace("cost;selected", "cost;selected;votes")
        .replace("a;60;0", "a;60;0;2")
        .replace("b;60;1", "b;60;1;9")
    )
    verdict = judge(read(text.encode()))
    assert (verdict.status, ids(verdict)) == ("explained", ["official.totals-in-file"])


def test_a_project_without_votes_may_be_funded_if_meta_says_all_is_paid_for():
    rows, votes = ["a;60;1", "b;30;1"], ["a"]
    assert ids(judge(file_of("greedy", rows, votes))) == ["official.without-votes"]
    assert judge(file_of("greedy", rows, votes, meta="fully_funded;1\n")).status == "match"


def test_where_all_is_paid_for_no_number_of_votes_is_too_large():
    file = file_of(
        "greedy",
        ["a;60;1", "b;30;1"],
        ["a;900000", "a;900000", "b;1"],
        meta="fully_funded;1\n",
        kind="cumulative",
    )
    assert judge(file).status == "match"


def test_other_readings_are_tried_only_while_there_is_patience():
    file = file_of("greedy", ["a;60;0", "b;60;1"], ["a", "b"])
    asked = []

    def patient():
        asked.append(None)
        return False

    verdict = judge(file, patient=patient)
    assert (verdict.status, verdict.missing, verdict.extra) == ("differs", ("b",), ("a",))
    assert ids(verdict)[-1] == "official.not-all-tried"
    assert asked


def test_patience_may_end_in_the_middle_of_a_long_count():
    """The lone voter for b could pay for it only after thousands of raises."""
    rows = ["a;10;1", "b;9100;1", "c;900;1"]
    file = file_of("equalshares", rows, [*["a"] * 8, "a,c", "b"], budget=9500)
    asked = []

    def patient():
        asked.append(None)
        return len(asked) < 40

    verdict = judge(file, patient=patient)
    assert (verdict.status, verdict.missing, verdict.counted) == ("differs", ("b",), "equal-shares-approval")
    assert ids(verdict)[-1] == "official.not-all-tried"
    assert len(asked) < 50


def test_projects_dearer_than_the_budget_may_be_passed_over_before_a_walk_that_stops():
    rows = ["a;600;0", "b;30;1"]
    verdict = judge(file_of("greedy-no-skip", rows, ["a,b", "a"]))
    assert (verdict.status, ids(verdict)) == ("explained", ["official.dearer-than-budget"])


def test_limits_per_neighbourhood_bind():
    meta = "neighborhoods;North,South\nbudget_per_neighborhood;50,50\n"
    text = file_of("greedy", ["a;40;1", "b;30;0", "c;30;1"], ["a,b,c", "a,b", "a"], meta=meta).text()
    text = text.replace("selected\n", "selected;neighborhood\n")
    for row, place in (("a;40;1", "North"), ("b;30;0", "North"), ("c;30;1", "South")):
        text = text.replace(row, f"{row};{place}")
    verdict = judge(read(text.encode()))
    assert verdict.status == "match"


def test_an_unknown_rule_and_a_missing_result_are_said():
    assert judge(file_of("unknown", ["a;1;1"], ["a"])).status == "no-rule"
    assert judge(file_of("greedy", ["a;1;"], ["a"])).status == "no-result"


def test_equal_shares_with_a_comparison_gives_way_to_greedy_when_more_voters_prefer_it():
    rows = ["a;1;1", "b;1;1", "c;1;0"]
    file = file_of("equalshares-comparison", rows, ["a", "a", "b"], budget=2)
    assert judge(file).status == "match"
    plain = stated(file).tally(file.order)
    assert plain.rule in ("equal-shares-approval", "greedy")


def test_equal_shares_that_stops_short_is_tried_with_raises_and_with_a_top_up():
    rows = ["a;40;1", "b;40;1", "c;50;0"]
    votes = ["a,b", "a,b", "b,c", "c"]
    found = judge(file_of("equalshares", rows, votes, budget=100))
    assert (found.status, ids(found)) == ("explained", ["official.with-top-up"])


def test_a_walk_that_stopped_at_the_dearer_of_two_level_projects_is_a_tie():
    rows = ["a;90;0", "b;200;0", "c;50;1"]
    found = judge(file_of("greedy-no-skip", rows, ["a,b,c", "a,b,c", "c"], budget=145))
    assert (found.status, ids(found)) == ("explained", ["official.tie"])


def test_preference_between_two_outcomes_counts_voters_not_projects():
    election = file_of("greedy", ["a;1;1", "b;1;0", "c;1;0"], ["a,b", "c", "c"]).election
    assert prefer_first(election, ("c",), ("a", "b"))
    assert not prefer_first(election, ("a", "b"), ("c",))
    assert not prefer_first(election, ("a",), ("a",))


def test_blank_ballots_hold_money_in_official_equal_shares():
    file = file_of("equalshares", ["a;50;1", "b;50;0"], ["a", "a", "b", ""], budget=100)
    reading = stated(file)
    assert reading.election.voters == 4
    assert judge(file).status == "match"


def test_a_folder_is_recounted_with_every_kind_of_trouble_named(tmp_path):
    good = (OURS / "seven_benches_approval.pb").read_bytes()
    (tmp_path / "good.pb").write_bytes(good)
    (tmp_path / "torn.pb").write_bytes(good[:100])
    (tmp_path / "odd.pb").write_bytes(good.replace(b"4;swing,sign", b"4;swing,sign,moon"))
    found = {finding.path.stem: finding for finding in recount(sorted(tmp_path.glob("*.pb")), limit=60)}
    assert found["good"].verdict.status == "match"
    assert found["torn"].verdict.status == UNREADABLE
    assert (found["odd"].verdict.status, found["odd"].lenient) == ("explained", True)
    assert "moon" in found["odd"].verdict.reasons[-1].text()


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_goes_on(tmp_path):
    good = (OURS / "seven_benches_approval.pb").read_bytes()
    for name in ("a", "b"):
        (tmp_path / f"{name}.pb").write_bytes(good)
    statuses = [
        finding.verdict.status for finding in recount(sorted(tmp_path.glob("*.pb")), jobs=1, limit=0.0)
    ]
    assert statuses == [TIMEOUT, TIMEOUT]


def test_a_process_that_dies_over_a_file_is_said_and_replaced(tmp_path):
    os.mkfifo(tmp_path / "a.pb")
    (tmp_path / "b.pb").write_bytes((OURS / "seven_benches_approval.pb").read_bytes())

    def kill_who_reads():
        with (tmp_path / "a.pb").open("wb"):
            for process in active_children():
                process.kill()

    killer = Thread(target=kill_who_reads)
    killer.start()
    begun = monotonic()
    found = {finding.path.stem: finding for finding in recount(sorted(tmp_path.glob("*.pb")), jobs=1)}
    took = monotonic() - begun
    killer.join()
    statuses = {name: finding.verdict.status for name, finding in found.items()}
    assert statuses == {"a": BROKEN, "b": "match"}
    assert "-9" in found["a"].verdict.reasons[0].text()
    assert 0 < found["a"].seconds <= took


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path):
    assert examine(tmp_path / "missing.pb").verdict.status == UNREADABLE
    assert examine(tmp_path).verdict.status in (UNREADABLE, BROKEN)


def test_the_command_prints_how_many_match_and_writes_every_verdict(tmp_path, capsys):
    out = tmp_path / "verdicts.json"
    assert main([str(OURS), "--json", str(out), "--at-least", "5"]) == 0
    text = capsys.readouterr().out
    assert "5 files, 5 with an official outcome" in text
    assert max(map(len, text.splitlines())) <= 80
    verdicts = json.loads(out.read_text())
    assert {verdict["status"] for verdict in verdicts} == {"match"}
    assert main([str(OURS), "--at-least", "6"]) == 3


def test_what_a_file_says_is_printed_as_it_stands_whatever_brackets_it_holds(tmp_path, capsys):
    text = "META\nbudget;5\nvote_type;approval\nrule;{}\nPROJECTS\nproject_id;cost;selected\n[b];5;0\na;5;1\n"
    votes = "VOTES\nvoter_id;vote\n1;[b]\n2;[b]\n3;a\n"
    (tmp_path / "ballots [sic].pb").write_text(text.format("greedy") + votes)
    (tmp_path / "rule.pb").write_text(text.format("[/bold] dice") + votes)
    assert main([str(tmp_path), "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert "ballots [sic]: differs (greedy)" in out
    assert "funded by our count, not officially: [b]" in out
    assert "rule: no-rule ([/bold]-dice)" in out


def test_a_file_whose_name_is_no_text_is_named_all_the_same(tmp_path, capsys):
    name = os.fsencode(tmp_path) + b"/Wroc\xb3aw.pb"
    with open(name, "wb") as torn:
        torn.write(b"META\n")
    assert main([str(tmp_path), "--jobs", "1", "--json", str(tmp_path / "out.json")]) == 0
    assert "Wroc\\udcb3aw: unreadable (not read)" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())[0]["file"] == "Wroc\\udcb3aw.pb"


def test_bytes_that_are_no_text_are_left_in_the_names_and_said(tmp_path):
    good = (OURS / "seven_benches_approval.pb").read_bytes()
    (tmp_path / "old.pb").write_bytes(good.replace(b"unit;Little Marsh", b"unit;Wroc\xb3aw"))
    found = examine(tmp_path / "old.pb")
    assert (found.verdict.status, found.lenient) == ("explained", True)
    assert "line 5, column 10: this is not UTF-8 text" in found.verdict.reasons[-1].text()


def test_the_command_says_before_it_counts_that_it_cannot_write_the_verdicts(tmp_path, capsys):
    assert main([str(OURS), "--json", str(tmp_path / "missing" / "verdicts.json")]) == 2
    said = capsys.readouterr()
    assert "Cannot write" in said.err
    assert "match" not in said.out


def test_a_process_that_died_before_it_was_given_a_file_is_said_and_replaced(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.pb").write_bytes((OURS / "seven_benches_approval.pb").read_bytes())
    findings = recount(sorted(tmp_path.glob("*.pb")), jobs=1)
    statuses = [next(findings).verdict.status]
    for process in active_children():
        process.kill()
        process.join()
    statuses += [finding.verdict.status for finding in findings]
    assert statuses == ["match", BROKEN, "match"]


def test_the_command_says_when_there_is_nothing_to_count(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "no .pb files" in capsys.readouterr().err
