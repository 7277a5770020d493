"""The events that are sent while harm is done: how they are made and sent, and the journal of them."""
