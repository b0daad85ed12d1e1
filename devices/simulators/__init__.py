"""People who do not exist, whose devices post over HTTP like everybody's: for demos and load."""
