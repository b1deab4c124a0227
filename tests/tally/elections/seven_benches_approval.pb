META
key;value
description;A made-up vote of a small village
country;Nowhere
unit;Little Marsh
instance;2026
num_projects;4
num_votes;5
budget;100
vote_type;approval
rule;greedy
date_begin;2026
date_end;2026
min_length;1
max_length;3
PROJECTS
project_id;cost;votes;name;selected
bench;60;4;Seven benches along the brook;1
swing;50;3;A swing for the green;0
pump;30;2;Repair the village pump;1
sign;10;1;A new sign;1
VOTES
voter_id;vote
1;bench,swing
2;bench,swing
3;bench,pump
4;swing,sign
5;bench,pump
