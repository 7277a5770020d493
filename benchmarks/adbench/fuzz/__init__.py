"""Requests drawn from the published contract, and many more made by spoiling them: `adbench fuzz`.

`draws` asks schemathesis for requests; `bodies`, `envelopes`, `heads` and `queries` make others of them; `wire` sends
bytes, `contract` judges replies by the OpenAPI document, `fuzzer` does it all in rounds, `run` for some minutes on a
service of its own.
"""
