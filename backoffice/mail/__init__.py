"""Mail to customers and staff: a row a mail, its templates, who gets which kinds. It knows no orders.

Apps above register their kinds (`services/kinds.py`) and queue rows in the transaction that causes them;
`services/sending.py` hands them to the mail server, each once.
"""
