"""Questionnaires: their definition, the path through them, and the forms made from them.

Knows WTForms and nothing of the web framework, the store or the statistics.
"""
