"""The site: README, docs, notebooks and pictures as pages with a search, and the results to explore. `make site`."""
