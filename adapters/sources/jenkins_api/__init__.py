"""Jenkins as its REST API tells it: builds, the queue and the stages of Pipelines, by polling."""
