"""Pages: one package per blueprint, each view one service call turned into HTTP."""
