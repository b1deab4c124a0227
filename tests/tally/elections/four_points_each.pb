META
key;value
description;Points to share out
country;Nowhere
unit;Little Marsh
instance;2026
num_projects;3
num_votes;4
budget;90
vote_type;cumulative
rule;greedy-threshold
max_sum_points;4
min_project_score_threshold;3
PROJECTS
project_id;cost;votes;score;name;selected
a;50;3;8;Allotments;1
b;40;2;5;Bakery oven;1
c;10;2;3;Clock;0
VOTES
voter_id;vote;points
1;a,c;3,1
2;a;4
3;b,a;3,1
4;b,c;2,2
