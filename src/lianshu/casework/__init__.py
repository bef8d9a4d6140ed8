"""Cases on their way round a loop: events, tasks, deadlines, ratings."""
