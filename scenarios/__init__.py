"""What happens and where: school packages and drills as data, their checks, and the judge."""
