"""Tuned protocols: search runs, the choice among them, the runs of what was chosen, their state.

A suite declares the search (`transfer.suite.sweeps`). Each search run ends in `tried.json`, each
method's search in `chosen.json`, and the record of a chosen run carries all of it.
"""
