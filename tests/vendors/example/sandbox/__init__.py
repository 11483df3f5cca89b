"""Example Print, replayed over real HTTP from the contract in `tests/vendors/example/__init__.py`.

It shares no line with the vendor's package: both read the same contract, so that they can disagree.
"""
