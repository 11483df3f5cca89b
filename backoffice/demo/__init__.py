"""The whole system on one machine, offline: what `make demo` runs.

`conductor` prepares the data and starts the processes of the Procfile, `storefront` is one more of them: it fills the
catalogue, places orders through the REST API as a shop would, and says what becomes of them.
"""
