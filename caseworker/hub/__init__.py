"""The hub: where the commissioner receives returns, keeps them for ever and shows them, rounded, on a page.

It opens what agencies sealed to it, refuses what does not fit the plan, and answers with a signed receipt. It
never sees a vault, a client or an exact small number: none of them is ever sent.
"""
