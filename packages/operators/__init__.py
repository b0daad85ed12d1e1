"""Files that go to a telecom operator and come back. Pure: values in, bytes out, and the reverse.

charge_file -> the operator -> answer_file -> reconciliation; simulator plays the operator.
"""
