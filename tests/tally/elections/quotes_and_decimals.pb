META
key;value
description;"A name with a ; in it, and a ""quoted"" word"
country;Nowhere
unit;Little Marsh
instance;2026
num_projects;3
num_votes;3
budget;1000.20
vote_type;ordinal
rule;greedy
max_length;2
comment;#1: The cost of p3 has one decimal.
PROJECTS
project_id;cost;name;category;selected
p1;400.25;"Benches; a table; and ""shade""";parks,seating;1
p2;600;"A swing
with two seats";play;0
p3;100.5;Sign;;1
VOTES
voter_id;age;vote
1;34;p1,p3
2;51;p2,p1
3;;p1
