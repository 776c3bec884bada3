"""What the stages cost on Spark: rows and bytes shuffled for each table."""
