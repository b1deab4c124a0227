"""`python -m pbvote` is the console command `pbvote`."""

from pbvote.app import main

main()
