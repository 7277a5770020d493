"""A discrete-event simulation of clients, balancer, services, PgBouncer and shards, fed with measured service times."""
