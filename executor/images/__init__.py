"""Images: their names, their Dockerfiles and contexts, and what a build was made from."""
