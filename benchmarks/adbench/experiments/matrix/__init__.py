"""`adbench matrix`: every design, loaded, written to, asked, and both at once, on the same events, in turn.

Why the service is left out: HTTP and decoding cost the same in every design, and on two cores they would hide
half of what the designs differ in (docs/decisions/0040-matrix-without-http.md).
"""
