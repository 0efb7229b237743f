"""From the dwellings of a corporation to letters with a code, and answers collected elsewhere.

Everything here is pure: bytes or a path in, frozen records out; randomness is handed in.
"""
