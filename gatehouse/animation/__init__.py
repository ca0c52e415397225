"""The page that shows a day on the school's plan."""
