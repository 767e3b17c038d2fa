"""Gather, judge, submit, reconcile, deliver: the road that every request travels."""
