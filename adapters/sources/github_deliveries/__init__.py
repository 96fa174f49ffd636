"""What a webhook of GitHub did not bring: GitHub never sends again, and keeps its deliveries for three days."""
