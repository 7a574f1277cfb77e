"""What a pack can say, and what it means for one profile: the reference. It knows neither columns nor SQLite."""
