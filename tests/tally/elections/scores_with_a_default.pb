META
key;value
description;Scores from -2 to 2, anything not listed has 1
country;Nowhere
unit;Little Marsh
instance;2026
num_projects;3
num_votes;3
budget;20
vote_type;scoring
rule;greedy
min_points;-2
max_points;2
default_score;1
PROJECTS
project_id;cost;score;name;selected
a;10;3;Archway;0
b;10;5;Bandstand;1
c;10;4;Cycle stands;1
VOTES
voter_id;vote;points
1;a,b;2,2
2;c,a;2,-1
3;a;2
