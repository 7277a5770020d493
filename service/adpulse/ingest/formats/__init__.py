"""The ways in which clients write a batch down: media types, compression, and the envelopes of others."""
