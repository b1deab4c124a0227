"""What is measured: each beside a peer or the bare limit. `make bench` runs the short ones."""
