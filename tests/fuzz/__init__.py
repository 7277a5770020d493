"""Requests drawn from the published contract, and many more made by spoiling them: `make fuzz`, and a few in the tests.

`draws` asks schemathesis for requests, `mutations` makes others of them, `wire` sends bytes, `contract` judges replies
by the OpenAPI document, `run` does it all for some minutes, `__main__` is the command.
"""
