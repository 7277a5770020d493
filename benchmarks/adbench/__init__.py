"""The lab: seeded data, load, and results that can be traced. It may import adpulse, never the reverse."""
