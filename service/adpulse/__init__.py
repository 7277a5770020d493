"""AdPulse++: ad events into PostgreSQL, exact campaign reports out."""
