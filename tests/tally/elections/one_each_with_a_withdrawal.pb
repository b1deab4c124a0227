META
key;value
description;One vote each; the front runner withdrew
country;Nowhere
unit;Little Marsh
instance;2026
num_projects;3
num_votes;6
budget;50
vote_type;choose-1
rule;greedy-no-skip
PROJECTS
project_id;cost;votes;name;selected
a;999999999;3;Aviary (withdrawn);0
b;40;2;Bridge;1
c;20;1;Chess tables;0
VOTES
voter_id;vote
1;a
2;a
3;a
4;b
5;b
6;c
