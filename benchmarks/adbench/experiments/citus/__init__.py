"""`adbench run citus`: the design `citus` on a cluster against `rollup` on one node of it."""
