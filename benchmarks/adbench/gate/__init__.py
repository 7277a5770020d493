"""The regression gate: two revisions side by side, in one job. docs/explanation/regression-gate.md tells the method."""
